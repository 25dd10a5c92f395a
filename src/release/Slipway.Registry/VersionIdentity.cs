using System.Security.Cryptography;
using System.Text.Json;

namespace Slipway.Registry;

/// <summary>What makes two registrations the same version: artifact, data and recipe. Who trained it, when and with which metrics does not.</summary>
internal static class VersionIdentity
{
    /// <summary>A digest of what identifies <paramref name="version"/> within its model.</summary>
    public static string Of(NewModelVersion version)
    {
        // A JSON array, because it keeps apart what joining with a separator could mix up.
        List<string?> parts = [version.ArtifactDigest, version.Lineage.DatasetDigest];
        foreach (var (key, value) in version.Lineage.Recipe.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            parts.Add(key);
            parts.Add(value);
        }

        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(parts)));
    }
}
