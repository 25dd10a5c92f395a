using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.ObjectPool;
using Slipway.Core.Errors;
using Slipway.Inference;
using Slipway.Serving.Engine;
using Slipway.Serving.Repository;
using Slipway.Serving.Routing;

namespace Slipway.Serving;

/// <summary>Routes a call, checks it, and has the version's runner run it.</summary>
internal sealed class InferenceService : IInferenceService
{
    private readonly VersionServer _versions;
    private readonly ModelRepository _repository;
    private readonly ObjectPool<InferenceCall> _calls;
    private readonly ProcessorQueue _processors;

    public InferenceService(VersionServer versions, ModelRepository repository, TimeProvider time, ILogger<InferenceService> log, IPredictionSink? sink = null)
    {
        _versions = versions;
        _repository = repository;
        _processors = new ProcessorQueue(Environment.ProcessorCount, time);
        _calls = new CallPool(time, sink is null ? null : new GuardedSink(sink, log)).Pool;
    }

    public InferenceCall Begin(string deployment, string? version) => Begin(_versions.Snapshot.Find(deployment), deployment, version);

    public ValueTask<InferenceCall> BeginAsync(string deployment, string? version, CancellationToken cancellationToken)
    {
        var found = _repository.ArriveAsync(deployment, cancellationToken);
        return found.IsCompletedSuccessfully ? new ValueTask<InferenceCall>(Begin(found.Result, deployment, version)) : Later(found);

        async ValueTask<InferenceCall> Later(ValueTask<ServedDeployment?> loading) => Begin(await loading, deployment, version);
    }

    public InferenceCall Expect(string deployment, string? version)
    {
        if (_versions.Snapshot.Find(deployment) is { } found)
        {
            return Begin(found, deployment, version);
        }

        var call = _calls.Get();
        call.Start(deployment, route: null, version);
        return call;
    }

    public async ValueTask ArriveAsync(InferenceCall call, CancellationToken cancellationToken)
    {
        if (call.Route is null)
        {
            call.Meet(VersionServer.Get(await _repository.ArriveAsync(call.Deployment, cancellationToken), call.Deployment, call.Pinned).Deployment);
        }
    }

    public void Admit(InferenceCall call, long? bytes)
    {
        var before = bytes >= ProcessorQueue.LargeBody ? _processors.Waiting : 0;
        if (Runner(call) is { } runner && (before > 0 || runner.Waiting > 0))
        {
            runner.Admit(call, before, before > 0 ? _processors.Expected : TimeSpan.Zero);
        }
    }

    public ValueTask TakeTurnAsync(InferenceCall call, CancellationToken cancellationToken) =>
        call.Body.Count >= ProcessorQueue.LargeBody && Runner(call) is { } runner ? _processors.EnterAsync(call, runner, cancellationToken) : ValueTask.CompletedTask;

    // Pooled: a call that waits for its turn allocates no state of its own.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ScoreAsync(InferenceCall call, CancellationToken cancellationToken)
    {
        while (true)
        {
            // A model may have made room for another one since the request began; then it is loaded again.
            var (deployment, version) = VersionServer.Get(await _repository.ArriveAsync(call.Deployment, cancellationToken), call.Deployment, call.Pinned);
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
                    CheckRequestedOutputs(call, version);
                    var rows = SignatureCheck.Apply(version.Signature, call.Inputs, call.Deployment);
                    call.Fields.CheckRows(rows);
                    call.Accept();
                    await (version.Cache is { } cache
                        ? cache.ScoreAsync(call, rows, version.Loaded.Runner, lease, cancellationToken)
                        : version.Loaded.Runner.RunAsync(call, rows, lease, cancellationToken));
                    call.Scored(rows);
                    return;
                }
            }
        }
    }

    private InferenceCall Begin(ServedDeployment? found, string deployment, string? version)
    {
        var (route, _) = VersionServer.Get(found, deployment, version);
        var call = _calls.Get();
        call.Start(route, version);
        return call;
    }

    // Of a version that is likely to answer: which one does is chosen when the request is understood.
    private static ModelRunner? Runner(InferenceCall call) => call.Route?.Find(call.Pinned)?.Loaded.Runner;

    private static void CheckRequestedOutputs(InferenceCall call, ServedVersion version)
    {
        // By index: an enumerator of an interface would be on the heap.
        for (var i = 0; i < call.RequestedOutputs.Count; i++)
        {
            var name = call.RequestedOutputs[i];
            if (!version.Answer.Names.AsSpan().Contains(name))
            {
                throw new SlipwayException(
                    ErrorKind.InvalidInput,
                    $"{call.Deployment} has no output '{name}'. Its outputs are {string.Join(", ", version.Answer.Names)}.");
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
