namespace Slipway.Rollouts;

/// <summary>
/// Lets the changes of one deployment happen one after the other, in the order they came; those of different deployments do not wait for each other. Nothing blocks a thread.
/// </summary>
internal sealed class DeploymentTurns
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Task> _last = new(StringComparer.Ordinal);

    /// <summary>Completes when it is the caller's turn, which ends when the result is disposed.</summary>
    public async Task<IDisposable> TakeAsync(string deployment, CancellationToken cancellationToken)
    {
        var turn = new Turn(this, deployment);
        Task former;
        lock (_gate)
        {
            former = _last.GetValueOrDefault(deployment, Task.CompletedTask);
            _last[deployment] = turn.Ended;
        }

        try
        {
            await former.WaitAsync(cancellationToken);
            return turn;
        }
        catch (OperationCanceledException)
        {
            // Whoever queued behind this turn must still wait for the former one.
            _ = former.ContinueWith(_ => turn.Dispose(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw;
        }
    }

    private void End(string deployment, Task ended)
    {
        lock (_gate)
        {
            if (_last.GetValueOrDefault(deployment) == ended)
            {
                _last.Remove(deployment);
            }
        }
    }

    private sealed class Turn(DeploymentTurns turns, string deployment) : IDisposable
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Ended => _ended.Task;

        public void Dispose()
        {
            turns.End(deployment, Ended);
            _ended.TrySetResult();
        }
    }
}
