using Microsoft.Extensions.ObjectPool;
using Slipway.Core.Names;
using Slipway.Inference.Tensors;
using Slipway.Serving.Routing;

namespace Slipway.Serving;

/// <summary>
/// One request on its way through the server: what was asked, and what is answered. Calls are pooled with their tensors and buffers, so a request in steady state
/// allocates next to nothing. Belongs to one request at a time; keep nothing of it after it was disposed.
/// </summary>
public sealed class InferenceCall : IDisposable
{
    private const int KeptBytes = 1 << 20;

    private readonly ObjectPool<InferenceCall> _pool;
    private readonly TimeProvider _time;
    private long _started;
    private bool _completed;

    internal InferenceCall(ObjectPool<InferenceCall> pool, TimeProvider time)
    {
        _pool = pool;
        _time = time;
    }

    /// <summary>The request's tensors; a protocol fills them, and scoring brings them into the signature's order.</summary>
    public TensorSet Inputs { get; } = new();

    /// <summary>The model's answer, in the signature's order.</summary>
    public TensorSet Outputs { get; } = new();

    /// <summary>The outputs that the caller wants, in this order; empty for all.</summary>
    public IList<string> RequestedOutputs { get; } = new List<string>();

    /// <summary>When the rows happened, whom they are about, and which slices of traffic they belong to.</summary>
    public RowFields Fields { get; } = new();

    /// <summary>The id that the caller gave, or null.</summary>
    public string? RequestId { get; set; }

    /// <summary>The id of a request that came without one (UUIDv7, so that predictions sort by time).</summary>
    public Guid GeneratedId { get; private set; }

    /// <summary>The prediction id: the request's own, else the generated one. Row <c>n</c> of several is <c>id/n</c>.</summary>
    public string Id => RequestId ?? GeneratedId.ToString();

    /// <summary>The deployment's name.</summary>
    public string Deployment { get; private set; } = "";

    /// <summary>The version that answered; null until scored.</summary>
    public VersionReference? Version => Answered?.Reference;

    /// <summary>The role of the version that answered; null until scored.</summary>
    public string? Role => Answered?.Role;

    /// <summary>How many rows were scored.</summary>
    public int Rows { get; internal set; }

    /// <summary>The version that was asked for by semantic version or number, or null.</summary>
    internal string? Pinned { get; private set; }

    /// <summary>What was served under the name when the call began: its words, before the version is chosen.</summary>
    internal ServedDeployment? Route { get; private set; }

    /// <summary>The version that answered, or null.</summary>
    internal ServedVersion? Answered { get; set; }

    /// <summary>The request's body. BYTES elements point into it, so it lives as long as the call.</summary>
    internal CallBuffer Body { get; } = new();

    /// <summary>Texts of the body without their escapes.</summary>
    internal CallBuffer Texts { get; } = new();

    /// <summary>The answer before it is sent.</summary>
    internal CallBuffer Answer { get; } = new();

    /// <summary>
    /// Says that the answer stands, and counts it. What follows (the network, a slow reader) is not the model's time. Later calls of it change nothing.
    /// </summary>
    public void Complete(bool failed)
    {
        if (_completed)
        {
            return;
        }

        _completed = true;

        // What failed before a version was chosen counts for the one that would have answered.
        var version = Answered ?? Route?.Find(Pinned);
        version?.Figures.Record(_started, _time.GetTimestamp(), failed ? 0 : Rows, failed);
    }

    /// <summary>Says that nobody waits for the answer any more: the call is not counted.</summary>
    public void Abandon() => _completed = true;

    /// <summary>Gives the call back. One that was neither completed nor abandoned counts as failed.</summary>
    public void Dispose()
    {
        Complete(failed: true);
        Inputs.Clear(KeptBytes);
        Outputs.Clear(KeptBytes);
        RequestedOutputs.Clear();
        Fields.Clear();
        Body.Clear(KeptBytes);
        Texts.Clear(KeptBytes);
        Answer.Clear(KeptBytes);
        RequestId = null;
        Route = null;
        Answered = null;
        _pool.Return(this);
    }

    internal void Start(ServedDeployment route, string? pinned)
    {
        _started = _time.GetTimestamp();
        _completed = false;
        Deployment = route.Name;
        Pinned = pinned;
        Route = route;
        Rows = 0;
        GeneratedId = PredictionIds.Next(_time);
    }
}
