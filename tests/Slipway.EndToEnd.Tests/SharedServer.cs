namespace Slipway.EndToEnd.Tests;

/// <summary>One server for all tests of a class: nothing that they do may harm it.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    internal UpServer Up { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Up = await UpServer.StartAsync(_folder.Path, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await Up.DisposeAsync();
        _folder.Dispose();
    }
}
