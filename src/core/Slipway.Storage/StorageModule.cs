using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Slipway.Core.Errors;
using Slipway.Storage.Blobs;
using Slipway.Storage.Events;
using Slipway.Storage.Files;
using Slipway.Storage.Migrations;
using Slipway.Storage.Sqlite;

namespace Slipway.Storage;

/// <summary>Metadata, events, blobs and artifacts: on SQLite and a folder.</summary>
public static class StorageModule
{
    /// <summary>Adds <see cref="DataFolder"/>, <see cref="Database"/>, the event log, blobs and artifacts. Nothing is opened yet.</summary>
    public static IServiceCollection AddStorage(this IServiceCollection services, StorageOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(new DataFolder(options.Folder));
        services.AddSingleton(new SchemaPart(typeof(StorageModule).Assembly, M2026112400_Events.Number));
        services.AddSingleton<DatabaseMark>();
        services.AddSingleton<FolderLock>();
        services.AddSingleton<EventSignal>();
        services.AddSingleton<SqliteDatabase>();
        services.AddSingleton<Database>(provider => provider.GetRequiredService<SqliteDatabase>());
        services.AddSingleton<IOpenable>(provider => provider.GetRequiredService<SqliteDatabase>());
        services.AddSingleton<IEventLog, EventLog>();
        services.AddSingleton<IBlobStore, DiskBlobStore>();
        services.AddSingleton<ArtifactStore>();
        services.AddSingleton<IArtifactStore>(provider => provider.GetRequiredService<ArtifactStore>());
        services.AddSingleton<IBlobPurge, BlobPurge>();
        return services;
    }

    /// <summary>
    /// Creates or opens the data folder (0700, locked by this process), brings the schema to the newest version of every <see cref="SchemaPart"/> and removes what an interrupted
    /// process left half-written. Call once, before anything else uses storage.
    /// </summary>
    /// <exception cref="SlipwayException">The folder cannot be written, was written by a newer Slipway, or is in use by another process; one sentence says which and what to do.</exception>
    public static async Task OpenStorageAsync(this IServiceProvider services, CancellationToken cancellationToken)
    {
        var folder = services.GetRequiredService<DataFolder>();
        var folderLock = services.GetRequiredService<FolderLock>();

        folder.Create();
        folderLock.Take();

        try
        {
            folder.HideFromGit();
            folder.RemoveLeftovers();
            await services.GetRequiredService<IOpenable>().OpenAsync(cancellationToken);
        }
        catch
        {
            folderLock.Dispose();
            throw;
        }
    }
}

/// <summary>Where data is kept.</summary>
/// <param name="Folder">The data folder; created when it is missing.</param>
public sealed record StorageOptions(string Folder);
