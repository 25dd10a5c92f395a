namespace Slipway.Rollouts.Releases;

/// <summary>Wakes those who watch rollouts of this process. Nobody polls.</summary>
internal sealed class RolloutSignal
{
    private TaskCompletionSource _next = NewSource();

    /// <summary>Completes at the next change of any rollout. Take it before reading a state, so that no change falls in between.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    /// <summary>Reports a change that is committed.</summary>
    public void Changed() => Interlocked.Exchange(ref _next, NewSource()).SetResult();

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
