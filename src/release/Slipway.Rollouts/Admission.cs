using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Registry;
using Slipway.Registry.Approvals;

namespace Slipway.Rollouts;

/// <summary>Which versions may answer. Everything that makes one answer asks here.</summary>
internal sealed class Admission(IModelRegistry registry, IApprovals approvals)
{
    /// <summary>Refuses a version by the rule that it comes under.</summary>
    /// <param name="admittance">The version, and the rule.</param>
    /// <param name="instead">The model that answers now, whose policy must be satisfied as well; null where none does.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task CheckAsync(Admittance admittance, string? instead, CancellationToken cancellationToken)
    {
        var version = await registry.GetAsync(admittance.Version, cancellationToken);
        switch (admittance.Rule)
        {
            case AdmissionRule.Approved when await approvals.ListMissingAsync(admittance.Version, instead, cancellationToken) is { Count: > 0 } missing:
                throw new SlipwayException(
                    ErrorKind.Conflict, $"{version.Reference} is {Word(version)} and cannot be deployed. {string.Join(' ', missing)} `slipway approval status {version.Reference}` shows how it stands.");

            case AdmissionRule.NotRejected when !admittance.Rule.Allows(version.State):
                throw new SlipwayException(ErrorKind.Conflict, $"{version.Reference}, which answered before, has been {Word(version)} since. Deploy another version instead.");

            case AdmissionRule.Overridden when !admittance.Rule.Allows(version.State):
                throw new SlipwayException(ErrorKind.Conflict, $"{version.Reference} is {Word(version)}, which no override lifts. Deploy another version instead.");
        }
    }

    private static string Word(ModelVersion version) => version.State.ToString().ToLowerInvariant();
}

/// <summary>A version that must be allowed to answer.</summary>
/// <param name="Version">Which.</param>
/// <param name="Rule">What it must keep.</param>
internal sealed record Admittance(VersionReference Version, AdmissionRule Rule);

/// <summary>The part of the rules that needs nothing but what was decided about the version.</summary>
internal static class AdmissionRules
{
    /// <summary>False when a version of this state may not answer by the rule, whatever else is known of it.</summary>
    public static bool Allows(this AdmissionRule rule, VersionState? state) => (rule, state) switch
    {
        (AdmissionRule.Approved, _) => state is VersionState.Approved,
        (AdmissionRule.Overridden, _) => state is not (null or VersionState.Rejected or VersionState.Deprecated or VersionState.Deleted),
        _ => state is not (null or VersionState.Rejected or VersionState.Deleted),
    };
}

/// <summary>What a version must keep to answer.</summary>
internal enum AdmissionRule
{
    /// <summary>For what is new: nothing that the policy demands is missing.</summary>
    Approved,

    /// <summary>For a way back. Whoever rolls back is in a hurry, and the version has answered before; only one that must not be used at all is refused.</summary>
    NotRejected,

    /// <summary>For an emergency: anything but what was decided for good.</summary>
    Overridden,
}
