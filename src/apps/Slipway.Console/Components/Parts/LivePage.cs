using Microsoft.AspNetCore.Components;

namespace Slipway.Console.Components.Parts;

/// <summary>A page that reads its figures anew every two seconds while somebody has it open.</summary>
public abstract class LivePage : ComponentBase, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _closed = new();
    private ITimer? _timer;
    private bool _reading;

    /// <summary>The server's clock.</summary>
    [Inject]
    public required TimeProvider Clock { get; set; }

    /// <summary>Cancelled when the page is left.</summary>
    protected CancellationToken Closed => _closed.Token;

    /// <summary>Now, by the server's clock.</summary>
    protected DateTimeOffset Now => Clock.GetUtcNow();

    /// <summary>Reads what has changed.</summary>
    protected abstract Task RefreshAsync();

    /// <inheritdoc/>
    protected override void OnAfterRender(bool firstRender)
    {
        // Not before: a page that is only rendered to HTML has nobody to show the next figures to.
        if (firstRender)
        {
            _timer = Clock.CreateTimer(_ => _ = InvokeAsync(TickAsync), null, Interval, Interval);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Stops the timer.</summary>
    protected virtual void Dispose(bool disposing)
    {
        _timer?.Dispose();
        _closed.Cancel();
        _closed.Dispose();
    }

    private async Task TickAsync()
    {
        // A slow read must not let the next one begin beside it.
        if (_reading || _closed.IsCancellationRequested)
        {
            return;
        }

        _reading = true;
        try
        {
            await RefreshAsync();
            StateHasChanged();
        }
        catch (OperationCanceledException)
        {
            // The page was left.
        }
        catch (Exception e)
        {
            await DispatchExceptionAsync(e);
        }
        finally
        {
            _reading = false;
        }
    }
}
