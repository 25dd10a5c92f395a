using Slipway.Core.Errors;

namespace Slipway.Rollouts.Releases;

/// <summary>Finds a rollout that must be there.</summary>
internal static class RolloutLookup
{
    /// <summary>The rollout; <see cref="ErrorKind.NotFound"/> says where they are listed.</summary>
    public static async Task<RolloutState> GetAsync(this IRollouts rollouts, string id, CancellationToken cancellationToken) =>
        await rollouts.FindAsync(id, cancellationToken)
            ?? throw new SlipwayException(ErrorKind.NotFound, $"There is no rollout '{id}'. `GET /api/v1/rollouts?deployment=NAME` lists those of a deployment.");
}
