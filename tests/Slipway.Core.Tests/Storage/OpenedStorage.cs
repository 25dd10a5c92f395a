using Microsoft.Extensions.DependencyInjection;
using Slipway.Storage;
using Slipway.Storage.Blobs;
using Slipway.Storage.Events;

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

    public static async Task<OpenedStorage> OpenAsync(string folder, CancellationToken cancellationToken, params SchemaPart[] parts)
    {
        var services = new ServiceCollection().AddStorage(new StorageOptions(folder));
        foreach (var part in parts)
        {
            services.AddSingleton(part);
        }

        var provider = services.BuildServiceProvider();
        try
        {
            await provider.OpenStorageAsync(cancellationToken);
            return new OpenedStorage(provider);
        }
        catch
        {
            await provider.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
