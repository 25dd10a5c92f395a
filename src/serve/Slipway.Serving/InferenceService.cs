using Microsoft.Extensions.Logging;
using Microsoft.Extensions.ObjectPool;
using Slipway.Core.Errors;
using Slipway.Inference;
using Slipway.Serving.Routing;

namespace Slipway.Serving;

/// <summary>Routes a call, checks it, and runs the model on the caller's thread: a hop to another thread costs more than a small model.</summary>
internal sealed class InferenceService : IInferenceService
{
    private readonly VersionServer _versions;
    private readonly ObjectPool<InferenceCall> _calls;

    public InferenceService(VersionServer versions, TimeProvider time, ILogger<InferenceService> log, IPredictionSink? sink = null)
    {
        _versions = versions;
        _calls = new CallPool(time, sink is null ? null : new GuardedSink(sink, log)).Pool;
    }

    public InferenceCall Begin(string deployment, string? version)
    {
        var (route, _) = _versions.Get(deployment, version);
        var call = _calls.Get();
        call.Start(route, version);
        return call;
    }

    public async ValueTask ScoreAsync(InferenceCall call, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (deployment, version) = _versions.Get(call.Deployment, call.Pinned);
            var share = Share.Undivided;
            if (deployment.Candidate is not null && call.Pinned is null)
            {
                share = CandidateShare.Of(deployment.State.Candidate!, call);
                version = share == Share.Candidate ? deployment.Candidate : deployment.Stable;
            }

            // No lease means that the version was retired after the snapshot was read, so a newer snapshot is there. What is decided again is decided by the same hash; only another
            // weight or another rollout can change it.
            if (version.Loaded.Model.TryLease(out var lease))
            {
                using (lease)
                {
                    call.Choose(version, deployment.State.Candidate, randomised: share != Share.Undivided);
                    call.Taken();
                    CheckRequestedOutputs(call, version.Signature);
                    var rows = SignatureCheck.Apply(version.Signature, call.Inputs, call.Deployment);
                    call.Fields.CheckRows(rows);
                    await (version.Cache is { } cache
                        ? cache.ScoreAsync(call, version.Loaded.Runner, lease, cancellationToken)
                        : version.Loaded.Runner.RunAsync(call, lease, cancellationToken));
                    call.Scored(rows);
                    return;
                }
            }
        }
    }

    private static void CheckRequestedOutputs(InferenceCall call, ModelSignature signature)
    {
        foreach (var name in call.RequestedOutputs)
        {
            if (!signature.Outputs.Any(o => o.Name == name))
            {
                throw new SlipwayException(
                    ErrorKind.InvalidInput,
                    $"{call.Deployment} has no output '{name}'. Its outputs are {string.Join(", ", signature.Outputs.Select(o => o.Name))}.");
            }
        }
    }

    /// <summary>The pool and the policy need each other: a call returns itself.</summary>
    private sealed class CallPool(TimeProvider time, GuardedSink? sink) : PooledObjectPolicy<InferenceCall>
    {
        private ObjectPool<InferenceCall>? _pool;

        public ObjectPool<InferenceCall> Pool => _pool ??= new DefaultObjectPool<InferenceCall>(this, maximumRetained: 64 * Environment.ProcessorCount);

        public override InferenceCall Create() => new(Pool, time, sink);

        public override bool Return(InferenceCall obj) => true;
    }
}
