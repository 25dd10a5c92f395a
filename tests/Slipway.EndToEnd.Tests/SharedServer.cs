namespace Slipway.EndToEnd.Tests;

/// <summary>One server for all tests of a class: nothing that they do may harm it.</summary>
public class SharedServer : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    internal UpServer Up { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Up = await UpServer.StartAsync(_folder.Path, CancellationToken.None, [.. await ArgumentsAsync()]);

    public async ValueTask DisposeAsync()
    {
        if (Up is { } up)
        {
            await up.DisposeAsync();
        }

        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends the server as a power cut does and starts it again over what it had.</summary>
    internal async Task KillAndStartAsync(CancellationToken cancellationToken)
    {
        await Up.KillAsync(cancellationToken);
        await Up.DisposeAsync();
        Up = await UpServer.StartAsync(_folder.Path, cancellationToken, [.. await ArgumentsAsync()]);
    }

    /// <summary>What <c>slipway up</c> is told besides its addresses, such as another database.</summary>
    protected virtual Task<IReadOnlyList<string>> ArgumentsAsync() => Task.FromResult<IReadOnlyList<string>>([]);
}
