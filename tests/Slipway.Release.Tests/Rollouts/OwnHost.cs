using Microsoft.Extensions.DependencyInjection;

namespace Slipway.Release.Tests.Rollouts;

/// <summary>A host that one test has for itself and may start again on the same folder.</summary>
internal sealed class OwnHost : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("slipway-release-");

    private readonly Action<IServiceCollection>? _services;

    private OwnHost(Action<IServiceCollection>? services) => _services = services;

    public ReleaseHost Host { get; private set; } = null!;

    public static async Task<OwnHost> StartAsync(CancellationToken cancellationToken, Action<IServiceCollection>? services = null)
    {
        var own = new OwnHost(services);
        own.Host = await ReleaseHost.StartAsync(own._folder.FullName, cancellationToken, services: services);
        return own;
    }

    public async Task RestartAsync(Action<IServerSetup>? server, CancellationToken cancellationToken)
    {
        await Host.DisposeAsync();
        Host = await ReleaseHost.StartAsync(_folder.FullName, cancellationToken, server, _services);
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
