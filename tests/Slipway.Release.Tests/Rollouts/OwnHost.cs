namespace Slipway.Release.Tests.Rollouts;

/// <summary>A host that one test has for itself and may start again on the same folder.</summary>
internal sealed class OwnHost : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("slipway-release-");

    private OwnHost()
    {
    }

    public ReleaseHost Host { get; private set; } = null!;

    public static async Task<OwnHost> StartAsync(CancellationToken cancellationToken)
    {
        var own = new OwnHost();
        own.Host = await ReleaseHost.StartAsync(own._folder.FullName, cancellationToken);
        return own;
    }

    public async Task RestartAsync(Action<IServerSetup>? server, CancellationToken cancellationToken)
    {
        await Host.DisposeAsync();
        Host = await ReleaseHost.StartAsync(_folder.FullName, cancellationToken, server);
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
