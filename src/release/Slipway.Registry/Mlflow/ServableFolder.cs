using System.Globalization;
using Slipway.Core.Names;
using Slipway.Mlflow;
using Slipway.Storage.Blobs;

namespace Slipway.Registry.Mlflow;

/// <summary>The artifacts of the versions that Slipway can serve, as files of MLflow's proxy: <c>mlflow-artifacts:/slipway-models/NAME/NUMBER</c>. They are read from where they are.</summary>
internal sealed class ServableFolder(ModelVersionStore versions, IArtifactStore artifacts) : IArtifactFolder
{
    private const string Folder = "slipway-models";

    public string Name => Folder;

    /// <summary>Where a version's files lie for MLflow's clients.</summary>
    public static string LocationOf(string model, int number) => string.Create(CultureInfo.InvariantCulture, $"{MlflowArtifactUri.Scheme}/{Folder}/{model}/{number}");

    public async Task<KeptArtifact?> FindAsync(string path, CancellationToken cancellationToken) =>
        path.Split('/', 4) is [_, var model, var number, ..]
        && ResourceName.IsValid(model)
        && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var wanted)
        && await versions.FindAsync(model, wanted, cancellationToken) is { } version
            ? new KeptArtifact($"{Folder}/{model}/{number}", await artifacts.GetAsync(version.ArtifactDigest, cancellationToken), version.CreatedAt)
            : null;
}
