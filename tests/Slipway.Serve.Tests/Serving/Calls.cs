using Microsoft.Extensions.ObjectPool;
using Slipway.Core.Names;
using Slipway.Inference;
using Slipway.Inference.Tensors;
using Slipway.Rollouts;
using Slipway.Serving;
using Slipway.Serving.Engine;
using Slipway.Serving.Figures;
using Slipway.Serving.Routing;

namespace Slipway.Serve.Tests.Serving;

/// <summary>Calls without a server, for what reads and writes them.</summary>
internal static class Calls
{
    private static readonly DefaultObjectPool<InferenceCall> Pool = new(new Policy());

    /// <summary>A deployment <c>m</c> with these inputs and outputs.</summary>
    public static ServedDeployment Route(IReadOnlyList<TensorSpec> inputs, IReadOnlyList<TensorSpec> outputs, bool tabular = true)
    {
        var signature = new ModelSignature(inputs, outputs, Tabular: tabular);
        var reference = new VersionReference("m", SemanticVersion.First);
        var state = new DeploymentState("m", new DeployedVersion(reference, ""), null, 1, DateTimeOffset.UnixEpoch, "local");
        var model = ModelLoader.Load(Path.Combine(AppContext.BaseDirectory, "Serving", "Models", "first"), new ModelLoadOptions());
        var loaded = new LoadedVersion(new LoadedModel(model), new ModelRunner(batches: true, 1, ServeSettings.Default, TimeProvider.System, () => 0), signature, "lightgbm", 1);
        return new ServedDeployment(state, new ServedVersion("m", "stable", reference, loaded, new VersionRecorder(reference, TimeProvider.System)), candidate: null, previous: null);
    }

    /// <summary>A deployment <c>m</c> of a model of one's own.</summary>
    public static ServedDeployment Route(IModel model)
    {
        var reference = new VersionReference("m", SemanticVersion.First);
        var state = new DeploymentState("m", new DeployedVersion(reference, ""), null, 1, DateTimeOffset.UnixEpoch, "local");
        var loaded = new LoadedVersion(new LoadedModel(model), new ModelRunner(batches: false, 64, ServeSettings.Default, TimeProvider.System, () => 0), model.Signature, model.Format, 1);
        return new ServedDeployment(state, new ServedVersion("m", "stable", reference, loaded, new VersionRecorder(reference, TimeProvider.System)), candidate: null, previous: null);
    }

    /// <summary>A call that has begun, and is counted nowhere.</summary>
    public static InferenceCall Create(ServedDeployment route)
    {
        var call = new InferenceCall(Pool, TimeProvider.System, sink: null);
        call.Start(route, null);
        call.Abandon();
        return call;
    }

    private sealed class Policy : PooledObjectPolicy<InferenceCall>
    {
        public override InferenceCall Create() => throw new NotSupportedException();

        public override bool Return(InferenceCall obj) => false;
    }
}
