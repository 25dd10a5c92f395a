using Microsoft.Extensions.DependencyInjection;
using Slipway.Core.Errors;

namespace Slipway.Storage;

/// <summary>Metadata, events, blobs and artifacts: on SQLite and a folder.</summary>
public static class StorageModule
{
    /// <summary>Adds <see cref="DataFolder"/>, <see cref="Database"/>, the event log, blobs and artifacts. Nothing is opened yet.</summary>
    public static IServiceCollection AddStorage(this IServiceCollection services, StorageOptions options) =>
        throw new SlipwayException(ErrorKind.NotAvailable, $"Storage in {options.Folder} is not available yet.");

    /// <summary>
    /// Creates or opens the data folder (0700, locked by this process), brings the schema to the newest version of every <see cref="SchemaPart"/> and removes what an interrupted
    /// process left half-written. Call once, before anything else uses storage.
    /// </summary>
    /// <exception cref="SlipwayException">The folder cannot be written, was written by a newer Slipway, or is in use by another process; one sentence says which and what to do.</exception>
    public static Task OpenStorageAsync(this IServiceProvider services, CancellationToken cancellationToken) => throw new NotImplementedException();
}

/// <summary>Where data is kept.</summary>
/// <param name="Folder">The data folder; created when it is missing.</param>
public sealed record StorageOptions(string Folder);
