using Microsoft.AspNetCore.Http;
using Slipway.Storage.Blobs;

namespace Slipway.Mlflow;

/// <summary>The artifacts that <c>mlflow-artifacts:/</c> names, for a module that answers with some of them. Tracking keeps them and provides this.</summary>
public interface IMlflowArtifacts
{
    /// <summary>Where that lies which <c>runs:/RUN/path</c>, or <c>models:/ID</c> of a logged model, names, as <c>mlflow-artifacts:/…</c>; null when nothing here is known by it.</summary>
    Task<string?> FindLocationAsync(string uri, CancellationToken cancellationToken);

    /// <summary>Answers with a file, as the proxy does: <paramref name="path"/> in the folder <paramref name="folder"/>, both as the caller wrote them.</summary>
    Task SendAsync(HttpContext context, string folder, string path);
}

/// <summary>A folder of the artifacts' proxy whose content another module keeps: it is read there like any other, and nobody writes to it.</summary>
public interface IArtifactFolder
{
    /// <summary>The folder, one name without slashes.</summary>
    string Name { get; }

    /// <summary>What lies at or above <paramref name="path"/>, which begins with <see cref="Name"/>; null when nothing does.</summary>
    Task<KeptArtifact?> FindAsync(string path, CancellationToken cancellationToken);
}

/// <summary>An artifact in such a folder.</summary>
/// <param name="Path">Where its files begin.</param>
/// <param name="Artifact">Its files.</param>
/// <param name="StoredAt">Since when.</param>
public sealed record KeptArtifact(string Path, Artifact Artifact, DateTimeOffset StoredAt);
