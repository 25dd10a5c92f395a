using Slipway.Core.Files;
using Slipway.Mlflow;

namespace Slipway.Tracking.Experiments;

/// <summary>Where an experiment's runs keep their files: always on this server, whose proxy the scheme names.</summary>
internal static class ArtifactLocation
{
    public const string Scheme = MlflowArtifactUri.Scheme;

    /// <summary>What a client asks for, or null where the server shall choose.</summary>
    public static string? Of(MlflowFields fields, string name = "artifact_location")
    {
        if (fields.Limited(name, SafePath.MaxLength).TrimEnd('/') is not { Length: > 0 } location)
        {
            return null;
        }

        // Any other scheme, host or path would let a client name files that are not its own.
        if (!location.StartsWith(Scheme + '/', StringComparison.Ordinal) || location.StartsWith(Scheme + "//", StringComparison.Ordinal))
        {
            throw fields.Invalid(name, location, $"Artifacts are kept by this server: leave it out, or begin it with {Scheme}/.");
        }

        return SafePath.Mistake(location[(Scheme.Length + 1)..]) is { } mistake ? throw fields.Invalid(name, location, $"Its path {mistake}.") : location;
    }
}
