using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Inference;
using Slipway.Inference.Tensors;

namespace Slipway.Serving;

/// <summary>
/// Scores rows again for somebody who looks into an answer. What it computes is nobody's prediction: no figures, log, cache or queue see it, and no rollout. The requests of the version go on beside it.
/// </summary>
public interface IReplay
{
    /// <summary>The versions of a deployment that are loaded, the stable one first; empty where nothing answers under the name.</summary>
    IReadOnlyList<ReplayVersion> ListVersions(string deployment);

    /// <summary>Scores with a loaded version, or with a registered one, which is loaded for this once: one at a time, and whoever comes meanwhile waits.</summary>
    /// <param name="deployment">The deployment.</param>
    /// <param name="model">The registered model that the version belongs to where it is not loaded.</param>
    /// <param name="version">A semantic version, or the number of a loaded one.</param>
    /// <param name="fill">Writes the inputs, for the version's signature; called once.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SlipwayException">
    /// <see cref="ErrorKind.Conflict"/> when the version is neither loaded nor registered, or cannot be loaded; <see cref="ErrorKind.InvalidInput"/> when it does not take the inputs.
    /// </exception>
    Task<ReplayedRun> ScoreAsync(string deployment, string model, string version, Action<ModelSignature, TensorSet> fill, CancellationToken cancellationToken);
}

/// <summary>A version that can score at once.</summary>
/// <param name="Reference">The version.</param>
/// <param name="Name">What callers call it: the semantic version, or a folder's number.</param>
/// <param name="Role">What it is in the deployment: <c>stable</c>, <c>candidate</c> or <c>previous</c>.</param>
/// <param name="Signature">Its contract.</param>
public sealed record ReplayVersion(VersionReference Reference, string Name, string Role, ModelSignature Signature);

/// <summary>What a replay computed.</summary>
/// <param name="Version">The version that scored.</param>
/// <param name="Role">What it is in the deployment; null for one that was loaded for this only.</param>
/// <param name="Signature">Its contract.</param>
/// <param name="Outputs">The outputs, in the signature's order.</param>
/// <param name="Took">The time of the model's run.</param>
public sealed record ReplayedRun(VersionReference Version, string? Role, ModelSignature Signature, TensorSet Outputs, TimeSpan Took);
