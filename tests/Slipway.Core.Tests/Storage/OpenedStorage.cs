using Microsoft.Extensions.DependencyInjection;
using Slipway.Storage;
using Slipway.Storage.Blobs;
using Slipway.Storage.Events;
using Slipway.Tests;

namespace Slipway.Core.Tests.Storage;

/// <summary>Storage as a program has it, on a folder.</summary>
internal sealed class OpenedStorage : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private OpenedStorage(ServiceProvider services) => _services = services;

    public Database Database => _services.GetRequiredService<Database>();

    public IEventLog Events => _services.GetRequiredService<IEventLog>();

    public IBlobStore Blobs => _services.GetRequiredService<IBlobStore>();

    public IArtifactStore Artifacts => _services.GetRequiredService<IArtifactStore>();

    public DataFolder Folder => _services.GetRequiredService<DataFolder>();

    public static OpenedStorage Unopened(string folder, params SchemaPart[] parts) => Unopened(null, folder, parts);

    public static Task<OpenedStorage> OpenAsync(string folder, CancellationToken cancellationToken, params SchemaPart[] parts) => OnAsync(null, folder, cancellationToken, parts);

    /// <summary>On the database of an address; null is SQLite.</summary>
    public static async Task<OpenedStorage> OnAsync(string? address, string folder, CancellationToken cancellationToken, params SchemaPart[] parts)
    {
        var storage = Unopened(address, folder, parts);
        try
        {
            await storage._services.OpenStorageAsync(cancellationToken);
            return storage;
        }
        catch
        {
            await storage.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private static OpenedStorage Unopened(string? address, string folder, SchemaPart[] parts)
    {
        var services = new ServiceCollection().AddStorage(new StorageOptions(folder)).AddTestDatabase(address);
        foreach (var part in parts)
        {
            services.AddSingleton(part);
        }

        return new OpenedStorage(services.BuildServiceProvider());
    }
}
