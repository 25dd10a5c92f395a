namespace Slipway.Mlflow;

/// <summary>Addresses of artifacts that this server keeps: <c>mlflow-artifacts:/path</c>.</summary>
public static class MlflowArtifactUri
{
    /// <summary>The scheme, with its colon.</summary>
    public const string Scheme = "mlflow-artifacts:";

    /// <summary>The path in an address of this server's, or null for any other: with two slashes it names a host.</summary>
    public static string? PathOf(string uri) =>
        uri.StartsWith(Scheme + '/', StringComparison.Ordinal) && !uri.StartsWith(Scheme + "//", StringComparison.Ordinal) ? uri[(Scheme.Length + 1)..] : null;
}
