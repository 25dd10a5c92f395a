using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Inference;
using Slipway.Inference.Tensors;
using Slipway.Registry;
using Slipway.Serving.Routing;
using Slipway.Storage.Blobs;

namespace Slipway.Serving.Replay;

/// <summary>Runs models for a replay: beside the runners and their queues, so that nothing of it is in their figures.</summary>
internal sealed class VersionReplay(VersionServer versions, IModelRegistry registry, IArtifactStore artifacts, TimeProvider time) : IReplay, IDisposable
{
    // A model beyond those that are deployed may be large, so there is one at most.
    private readonly SemaphoreSlim _loading = new(1);

    public IReadOnlyList<ReplayVersion> ListVersions(string deployment) =>
        versions.Snapshot.Find(deployment) is { } served ? [.. served.Versions.Select(v => new ReplayVersion(v.Reference, v.Semantic, v.Role, v.Signature))] : [];

    public async Task<ReplayedRun> ScoreAsync(
        string deployment, string model, string version, Action<ModelSignature, TensorSet> fill, CancellationToken cancellationToken)
    {
        // A lease that is refused means that a newer snapshot is there.
        while (versions.Snapshot.Find(deployment)?.Find(version) is { } served)
        {
            if (served.Loaded.Model.TryLease(out var lease))
            {
                using (lease)
                {
                    return Run(lease.Model, served.Reference, served.Role, deployment, fill);
                }
            }
        }

        return await LoadAndRunAsync(deployment, model, version, fill, cancellationToken);
    }

    public void Dispose() => _loading.Dispose();

    private async Task<ReplayedRun> LoadAndRunAsync(
        string deployment, string model, string version, Action<ModelSignature, TensorSet> fill, CancellationToken cancellationToken)
    {
        var served = versions.Snapshot.Find(deployment);
        var reference = SemanticVersion.TryParse(version, null, out var semantic) ? new VersionReference(model, semantic) : null;
        var known = reference is null || served is { IsFolders: true } ? null : await registry.FindAsync(reference, cancellationToken);
        if (known is null)
        {
            throw new SlipwayException(ErrorKind.Conflict, $"{deployment} cannot be replayed with version '{version}': it is neither loaded nor a registered version of {model}. {Loaded(served)}");
        }

        await _loading.WaitAsync(cancellationToken);
        try
        {
            var folder = await artifacts.GetFolderAsync(known.ArtifactDigest, cancellationToken);
            using var loaded = ModelLoader.Load(folder, ModelKey.OptionsOf(served?.Settings ?? Engine.ServeSettings.Default));
            return Run(loaded, known.Reference, role: null, deployment, fill);
        }
        catch (SlipwayException e) when (e.Kind == ErrorKind.NotFound)
        {
            throw new SlipwayException(ErrorKind.Conflict, $"{known.Reference} cannot be loaded for a replay, because its artifact is gone. {Loaded(served)}", e);
        }
        finally
        {
            _loading.Release();
        }
    }

    private ReplayedRun Run(IModel model, VersionReference version, string? role, string deployment, Action<ModelSignature, TensorSet> fill)
    {
        var (inputs, outputs) = (new TensorSet(), new TensorSet());
        fill(model.Signature, inputs);
        SignatureCheck.Apply(model.Signature, inputs, deployment);
        var began = time.GetTimestamp();
        model.Run(inputs, outputs);
        return new ReplayedRun(version, role, model.Signature, outputs, time.GetElapsedTime(began));
    }

    private static string Loaded(ServedDeployment? served) =>
        served is null ? "Nothing answers under the name now." : $"Loaded are {string.Join(", ", served.Versions.Select(v => $"{v.Semantic} ({v.Role})"))}.";
}
