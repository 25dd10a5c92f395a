using System.Runtime.CompilerServices;

namespace Slipway.Rollouts.Releases;

/// <summary>Follows a rollout.</summary>
internal sealed class RolloutWatch(IRollouts rollouts, RolloutSignal signal)
{
    /// <summary>The rollout as it is now and whenever it has changed, until it has ended. Whoever reads slowly sees the newest state, not each one.</summary>
    public async IAsyncEnumerable<RolloutState> WatchAsync(string id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long seen = 0;
        while (true)
        {
            var changed = signal.Next;
            var rollout = await rollouts.GetAsync(id, cancellationToken);
            if (rollout.Revision != seen)
            {
                seen = rollout.Revision;
                yield return rollout;
            }

            if (rollout.EndedAt is not null)
            {
                yield break;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }
}
