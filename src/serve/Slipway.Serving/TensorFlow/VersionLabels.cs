using Slipway.Core.Errors;
using Slipway.Serving.Routing;

namespace Slipway.Serving.TensorFlow;

/// <summary>TensorFlow Serving's labels of versions: here a label is the version's role.</summary>
internal static class VersionLabels
{
    /// <summary>The version that has the role.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.NotFound"/> when there is no such deployment, or no version of it has the role.</exception>
    public static ServedVersion Get(VersionServer versions, string deployment, string label)
    {
        var (found, _) = versions.Get(deployment, null);
        return found.Versions.FirstOrDefault(v => v.Role == label)
            ?? throw new SlipwayException(
                ErrorKind.NotFound,
                $"Request for unknown model: '{deployment}' has no version with the label '{label}'. The labels are {string.Join(", ", found.Versions.Select(v => $"{v.Role} ({v.Semantic})"))}.");
    }

    /// <summary>The version of a route: by label, by version, or the one that answers.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.NotFound"/> when there is none.</exception>
    public static ServedVersion Get(VersionServer versions, string deployment, string? version, string? label) =>
        label is null ? versions.Get(deployment, version).Version : Get(versions, deployment, label);
}
