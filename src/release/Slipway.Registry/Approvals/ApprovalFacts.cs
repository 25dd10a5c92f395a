using Slipway.Core.Projects;

namespace Slipway.Registry.Approvals;

/// <summary>All that decides whether a version may be deployed, as it was read.</summary>
/// <param name="Policy">The policy in force.</param>
/// <param name="Version">The version.</param>
/// <param name="Decisions">What people did, in the order of its events.</param>
/// <param name="Gates">The gates of its validation, by name (<c>performance.rmse</c>), and whether each passed.</param>
/// <param name="Documents">Those of the policy's documents that it has.</param>
internal sealed record ApprovalFacts(
    ApprovalPolicy Policy,
    ModelVersion Version,
    IReadOnlyList<ApprovalDecision> Decisions,
    IReadOnlyDictionary<string, bool> Gates,
    IReadOnlySet<string> Documents)
{
    /// <summary>The same after another step.</summary>
    public ApprovalFacts With(ApprovalDecision decision) => this with { Decisions = [.. Decisions, decision] };
}
