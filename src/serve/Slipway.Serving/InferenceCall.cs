using System.Diagnostics;
using Microsoft.Extensions.ObjectPool;
using Slipway.Core.Names;
using Slipway.Inference;
using Slipway.Inference.Tensors;
using Slipway.Rollouts;
using Slipway.Serving.Caching;
using Slipway.Serving.Engine;
using Slipway.Serving.OpenInference;
using Slipway.Serving.Routing;
using Slipway.Serving.Tracing;

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
    private readonly GuardedSink? _sink;
    private CallTiming _timing;
    private QueuedCall? _turn;
    private ProcessorQueue? _processors;
    private long _started;
    private bool _completed;
    private bool _accepted;

    internal InferenceCall(ObjectPool<InferenceCall> pool, TimeProvider time, GuardedSink? sink)
    {
        _pool = pool;
        _time = time;
        _sink = sink;
    }

    /// <summary>The request's tensors; a protocol fills them, and scoring brings them into the signature's order.</summary>
    public TensorSet Inputs { get; } = new();

    /// <summary>The model's answer, in the signature's order.</summary>
    public TensorSet Outputs { get; } = new();

    /// <summary>The outputs that the caller wants, in this order; empty for all.</summary>
    public IList<string> RequestedOutputs { get; } = new List<string>();

    /// <summary>How each of <see cref="RequestedOutputs"/> is wanted; may be shorter, where nothing was said.</summary>
    internal List<OutputForm> OutputForms { get; } = [];

    /// <summary>True when outputs are wanted as bytes, unless their form says otherwise.</summary>
    internal bool BinaryOutputs { get; set; }

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

    /// <summary>When the server took the request up (UTC).</summary>
    public DateTimeOffset ArrivedAt { get; private set; }

    /// <summary>The time from the arrival until the answer stood; zero until completed. Sending is not part of it.</summary>
    public TimeSpan Duration { get; private set; }

    /// <summary>Where the time went, in timestamps; complete when the call is completed.</summary>
    public ref readonly CallTiming Timing => ref _timing;

    /// <summary>True when the caller wants to see <see cref="Timing"/> in the answer.</summary>
    public bool WantsTiming { get; set; }

    /// <summary>True when a protocol that has rows and columns was asked by columns, and answers so.</summary>
    internal bool AnswersByColumn { get; set; }

    /// <summary>How urgent the caller says it is: 1 is the most urgent, larger is less, 0 is the deployment's default.</summary>
    public int Priority { get; set; }

    /// <summary>True when the model did not run for the call: its answer was kept, or is that of a run for equal inputs that was under way.</summary>
    public bool FromCache { get; private set; }

    /// <summary>The longest that the caller lets the request wait for its turn, or null for the deployment's limit.</summary>
    public TimeSpan? Timeout { get; set; }

    /// <summary>The span of the caller's in which it asks (W3C <c>traceparent</c>); default where it says none.</summary>
    public ActivityContext Trace { get; set; }

    /// <summary>The number of the run that answered the call together with others; 0 when it ran alone.</summary>
    public long BatchId { get; internal set; }

    /// <summary>The rows of that run, the call's own among them; <see cref="Rows"/> when it ran alone.</summary>
    public int BatchRows { get; internal set; }

    /// <summary>Whose fault it is that there is no answer; <see cref="CallFailure.None"/> until completed.</summary>
    public CallFailure Failure { get; private set; }

    /// <summary>Why there is no answer; null until completed, and where nothing was thrown.</summary>
    public Exception? Error { get; private set; }

    /// <summary>
    /// The version that answered; null until one was chosen. A call that failed before that is completed with the one that answers when nothing is known of the request: the version asked
    /// for, else the stable one.
    /// </summary>
    public VersionReference? Version => Answered?.Reference;

    /// <summary>The role of <see cref="Version"/>: <c>stable</c>, <c>candidate</c> or <c>previous</c>.</summary>
    public string? Role => Answered?.Role;

    /// <summary>What <see cref="Version"/> takes and answers; null until one was chosen.</summary>
    public ModelSignature? Signature => Answered?.Signature;

    /// <summary>The rollout that was in force when the version was chosen; null without one.</summary>
    public CandidateState? Candidate { get; private set; }

    /// <summary>
    /// True when the candidate's weight and the request's unit decided between stable and candidate, so that nothing else did and the two can be compared. False without a candidate, at
    /// weight 0, for a version that was asked for, and where the rows' units belong to both sides.
    /// </summary>
    public bool Randomised { get; private set; }

    /// <summary>How many rows were scored.</summary>
    public int Rows { get; private set; }

    /// <summary>The version that was asked for by semantic version or number, or null.</summary>
    internal string? Pinned { get; private set; }

    /// <summary>What was served under the name when the call began: its words, before the version is chosen.</summary>
    internal ServedDeployment? Route { get; private set; }

    /// <summary>The version that answered, or null until one was chosen.</summary>
    internal ServedVersion? Answered { get; private set; }

    /// <summary>The call's place in a queue, made when it first has to wait.</summary>
    internal QueuedCall Turn => _turn ??= new QueuedCall(this);

    /// <summary>How long the call has waited for a processor before it was parsed.</summary>
    internal TimeSpan WaitedForProcessor => _time.GetElapsedTime(0, _timing.BeforeParse);

    /// <summary>The request's body. BYTES elements point into it, so it lives as long as the call.</summary>
    internal CallBuffer Body { get; } = new();

    /// <summary>Texts of the body without their escapes.</summary>
    internal CallBuffer Texts { get; } = new();

    /// <summary>What the call asks, to be compared by a cache.</summary>
    internal CallBuffer Content { get; } = new();

    /// <summary>The answer before it is sent.</summary>
    internal CallBuffer Answer { get; } = new();

    /// <summary>Says that the request was read and understood; a protocol says it before it has the call scored.</summary>
    public void Parsed() => _timing.Parsed(_time.GetTimestamp());

    /// <summary>
    /// Says that the answer stands, counts it and passes it to <see cref="IPredictionSink"/>. What follows (the network, a slow reader) is not the model's time. Later calls of it change
    /// nothing.
    /// </summary>
    public void Complete() => Finish(CallFailure.None);

    /// <summary>
    /// Says that the answer is an error, and whose fault it is: that of the caller, where the exception is about the request; else the server's. Otherwise as <see cref="Complete"/>.
    /// </summary>
    public void Fail(Exception exception)
    {
        Error = _completed ? Error : exception;

        // A request that fits the signature is right. What the model cannot score, or its answer cannot carry, such as NaN in JSON, is the version's doing: docs/decisions/0011.
        Finish(_accepted ? CallFailure.Server : CallFailures.Of(exception));
    }

    /// <summary>Says that the answer is an error, and whose fault it is. Otherwise as <see cref="Complete"/>.</summary>
    public void Fail(CallFailure failure) => Finish(failure);

    /// <summary>Says that nobody waits for the answer any more: the call is not counted.</summary>
    public void Abandon() => _completed = true;

    /// <summary>Gives the call back. One that was neither completed nor abandoned counts as the server's failure.</summary>
    public void Dispose()
    {
        Finish(CallFailure.Server);
        EndTurn();
        Inputs.Clear(KeptBytes);
        Outputs.Clear(KeptBytes);
        RequestedOutputs.Clear();
        OutputForms.Clear();
        BinaryOutputs = false;
        Fields.Clear();
        Body.Clear(KeptBytes);
        Texts.Clear(KeptBytes);
        Content.Clear(KeptBytes);
        Answer.Clear(KeptBytes);
        RequestId = null;
        Error = null;
        Timeout = null;
        Route = null;
        Answered = null;
        Candidate = null;
        _pool.Return(this);
    }

    internal void Start(ServedDeployment route, string? pinned) => Start(route.Name, route, pinned);

    /// <summary>Starts the call; without a route its model has yet to arrive (<see cref="Meet"/>).</summary>
    internal void Start(string deployment, ServedDeployment? route, string? pinned)
    {
        _started = _time.GetTimestamp();
        _timing.Start(_started);
        _completed = false;
        _accepted = false;
        Deployment = deployment;
        Pinned = pinned;
        Route = route;
        Rows = 0;
        WantsTiming = false;
        AnswersByColumn = false;
        Priority = 0;
        BatchId = 0;
        BatchRows = 0;
        FromCache = false;
        Trace = default;
        Duration = TimeSpan.Zero;
        Failure = CallFailure.None;
        Answered = null;
        Candidate = null;
        Randomised = false;
        ArrivedAt = _time.GetUtcNow();
        GeneratedId = PredictionIds.Next(ArrivedAt);
    }

    /// <summary>The call has one of the queue's processors, until <see cref="EndTurn"/>.</summary>
    internal void BeginTurn(ProcessorQueue processors) => _processors = processors;

    /// <summary>Gives the processor to the next request, if the call has one.</summary>
    internal void EndTurn()
    {
        if (_processors is { } processors)
        {
            _processors = null;
            processors.Leave();
        }
    }

    /// <summary>Says since when the call has waited for a processor, when it has got one.</summary>
    internal void Waited(long since) => _timing.Waited(since, _time.GetTimestamp());

    /// <summary>The deployment of an expected call answers now.</summary>
    internal void Meet(ServedDeployment route) => Route = route;

    /// <summary>Where the time went, were the call completed now.</summary>
    internal CallTiming TimingSoFar()
    {
        var timing = _timing;
        timing.Ended(_time.GetTimestamp());
        return timing;
    }

    /// <summary>A length of <see cref="Timing"/> in microseconds.</summary>
    internal double Microseconds(long length) => _time.GetElapsedTime(0, length).TotalMicroseconds;

    /// <summary>Says that an instance has taken the call up.</summary>
    internal void Taken() => Taken(_time.GetTimestamp());

    /// <summary>Says when an instance has taken the call up; the last word counts, for a call that had to wait.</summary>
    internal void Taken(long at) => _timing.Taken(at);

    /// <summary>Says when the model ran.</summary>
    internal void Ran(long from, long until) => _timing.Ran(from, until);

    /// <summary>Fills the outputs with those of another run for the same inputs. The call's own run has a length of zero.</summary>
    internal void AnswerFrom(CachedAnswer answer, long now)
    {
        answer.Fill(Outputs);
        FromCache = true;
        _timing.Ran(now, now);
    }

    /// <summary>Says that the request fits what the version promises to take.</summary>
    internal void Accept() => _accepted = true;

    /// <summary>Says that the outputs are there.</summary>
    internal void Scored(int rows)
    {
        Rows = rows;
        BatchRows = Math.Max(BatchRows, rows);
        _timing.Scored(_time.GetTimestamp());
    }

    /// <summary>Settles who answers. All three come from one snapshot.</summary>
    internal void Choose(ServedVersion version, CandidateState? candidate, bool randomised)
    {
        Answered = version;
        Candidate = candidate;
        Randomised = randomised;
    }

    private void Finish(CallFailure failure)
    {
        if (_completed)
        {
            return;
        }

        _completed = true;
        if (Answered is null && Route?.Find(Pinned) is { } likely)
        {
            Choose(likely, Route.State.Candidate, randomised: false);
        }

        var ended = _time.GetTimestamp();
        _timing.Ended(ended);
        Duration = _time.GetElapsedTime(_started, ended);
        Failure = failure;
        var failed = failure != CallFailure.None;
        Answered?.Figures.Record(_started, ended, failed ? 0 : Rows, failed, RequestSpans.Write(this, _time));
        Answered?.Figures.Inference.Record(in _timing, ended - _started, Rows, BatchRows, failed);
        Answered?.Stages.Record(in _timing, !failed, Answered.Cache is null ? null : FromCache);
        _sink?.Record(this);
    }
}
