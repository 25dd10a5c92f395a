using Slipway.Core.Errors;
using Slipway.Registry;

namespace Slipway.Rollouts;

/// <summary>Which versions may answer.</summary>
internal static class Admission
{
    /// <summary>For what is new: only an approved version.</summary>
    public static void RequireApproved(ModelVersion version)
    {
        if (version.State is VersionState.Approved)
        {
            return;
        }

        throw new SlipwayException(ErrorKind.Conflict, version.State switch
        {
            VersionState.Draft => $"{version.Reference} is a draft and has not passed validation, so it cannot be deployed. Run its project's gates with `slipway apply` first.",
            VersionState.Validated => $"{version.Reference} is validated but not approved, so it cannot be deployed. Approve it first.",
            _ => $"{version.Reference} is {version.State.ToString().ToLowerInvariant()} and cannot be deployed. Deploy another version.",
        });
    }

    /// <summary>For a way back. Whoever rolls back is in a hurry, and the version has answered before; only one that must not be used at all is refused.</summary>
    public static void RefuseRejected(ModelVersion version)
    {
        if (version.State is VersionState.Rejected)
        {
            throw new SlipwayException(ErrorKind.Conflict, $"{version.Reference}, which answered before, has been rejected since. Deploy another version instead.");
        }
    }
}
