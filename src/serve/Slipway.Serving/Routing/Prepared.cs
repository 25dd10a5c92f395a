using Slipway.Inference;
using Slipway.Rollouts;
using Slipway.Serving.Engine;

namespace Slipway.Serving.Routing;

/// <summary>A deployment's state together with how it is to be served: what must be loaded for it.</summary>
internal sealed class Prepared(DeploymentState state, ServeSettings settings)
{
    public DeploymentState State => state;

    public ServeSettings Settings => settings;

    /// <summary>The models, the stable version's first.</summary>
    public IReadOnlyList<ModelKey> Models { get; } =
        [.. new[] { state.Stable, state.Candidate?.Version, state.Previous }.OfType<DeployedVersion>().Select(version => ModelKey.Of(version, settings))];
}

/// <summary>A version loaded in one way. Deployments that want the same version in the same way share it.</summary>
internal sealed record ModelKey(DeployedVersion Version, ModelLoadOptions Options)
{
    public static ModelKey Of(DeployedVersion version, ServeSettings settings) => new(version, OptionsOf(settings));

    /// <summary>How a model is loaded for these settings.</summary>
    public static ModelLoadOptions OptionsOf(ServeSettings settings) => new(settings.Threads) { Device = settings.Device, Instances = settings.Instances };
}
