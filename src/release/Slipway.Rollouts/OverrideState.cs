using Slipway.Core.Errors;
using Slipway.Registry;
using Slipway.Registry.Approvals;

namespace Slipway.Rollouts;

/// <summary>That a version answers against its policy, because of an emergency. Kept for as long as the version is live, or a rollback would make it so.</summary>
/// <param name="By">Who overrode the policy.</param>
/// <param name="At">When (UTC).</param>
/// <param name="Reason">Why, in their words.</param>
/// <param name="Missing">What the version lacked, a sentence each.</param>
public sealed record OverrideState(string By, DateTimeOffset At, string Reason, IReadOnlyList<string> Missing)
{
    /// <summary>The reason without surrounding blanks.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/> when there is none.</exception>
    internal static string CheckReason(string? reason) => DecisionReason.Check(reason)
        ?? throw new SlipwayException(ErrorKind.InvalidInput, "An override needs a reason, which is shown for as long as the version is live. Give --reason, or 'reason'.");
}

/// <summary>What everybody who looks at a deployment should know about its stable version.</summary>
public static class DeploymentWarnings
{
    /// <summary>A sentence for each: an override, or what the version lacks to be deployed anew. Empty for most, and for models that are served from a folder.</summary>
    public static async Task<IReadOnlyList<string>> ListAsync(DeploymentState deployment, IApprovals approvals, CancellationToken cancellationToken)
    {
        var stable = deployment.Stable.Reference;
        if (deployment.Source is not null)
        {
            return [];
        }

        if (deployment.Override is { } over)
        {
            return [$"{stable} answers as {deployment.Name} by an emergency override of {over.By} on {over.At.UtcDateTime:yyyy-MM-dd HH:mm} UTC: {over.Reason.TrimEnd('.')}. It lacked: {string.Join(' ', over.Missing)}"];
        }

        IReadOnlyList<string> missing;
        try
        {
            missing = await approvals.ListMissingAsync(stable, instead: null, cancellationToken);
        }
        catch (SlipwayException e) when (e.Kind == ErrorKind.NotFound)
        {
            // One deployment that cannot be judged must not hide the others.
            missing = [e.Message];
        }

        return missing.Count == 0 ? [] : [$"{stable} answers as {deployment.Name} and could not be deployed anew. {string.Join(' ', missing)}"];
    }

    /// <summary>The deployment with its warnings.</summary>
    internal static async Task<DeploymentState> WithWarningsAsync(this DeploymentState deployment, IApprovals approvals, CancellationToken cancellationToken) =>
        deployment with { Warnings = await ListAsync(deployment, approvals, cancellationToken) };
}
