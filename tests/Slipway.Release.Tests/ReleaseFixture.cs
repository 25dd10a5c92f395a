[assembly: AssemblyFixture(typeof(Slipway.Release.Tests.ReleaseFixture))]

namespace Slipway.Release.Tests;

/// <summary>One host for the tests that need no restart. Each test has model and deployment names of its own.</summary>
public sealed class ReleaseFixture : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("slipway-release-");
    private ReleaseHost? _host;

    public ReleaseHost Host => _host ?? throw new InvalidOperationException("The fixture has not been started.");

    public async ValueTask InitializeAsync() => _host = await ReleaseHost.StartAsync(_folder.FullName, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }
}
