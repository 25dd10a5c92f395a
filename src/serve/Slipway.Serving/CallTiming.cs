using Slipway.Serving.Figures;

namespace Slipway.Serving;

/// <summary>
/// Where a request's time went, as timestamps of the call's <see cref="TimeProvider"/>. The stages follow each other without a gap, so their lengths add up to the whole. A stage that was not
/// reached has a length of zero.
/// </summary>
public struct CallTiming
{
    private long _started;
    private long _parsed;
    private long _taken;
    private long _ran;
    private long _done;
    private long _scored;
    private long _ended;

    /// <summary>From the arrival until the request was read and understood.</summary>
    public readonly long Parse => Between(_started, _parsed);

    /// <summary>Waiting until an instance took the request up; with its check, where it had to wait.</summary>
    public readonly long Queue => Between(_parsed, _taken);

    /// <summary>Checking it, putting it together with others, and taking their common answer apart.</summary>
    public readonly long Batch => Between(_taken, _ran) + Between(_done, _scored);

    /// <summary>The model itself. Requests of one batch share a run, and each has the whole of it.</summary>
    public readonly long Run => Between(_ran, _done);

    /// <summary>From the answer until it stood as the protocol's text.</summary>
    public readonly long Write => Between(_scored, _ended);

    /// <summary>When a stage began and ended, for those who draw it; of <see cref="Stage.Batch"/> the part before the run. Both are zero for one that was not reached.</summary>
    internal readonly (long From, long Until) Span(Stage stage)
    {
        var (from, until) = stage switch
        {
            Stage.Parse => (_started, _parsed),
            Stage.Queue => (_parsed, _taken),
            Stage.Batch => (_taken, _ran),
            Stage.Run => (_ran, _done),
            _ => (_scored, _ended),
        };
        return from == 0 || until == 0 ? default : (from, Math.Max(from, until));
    }

    /// <summary>True when a model ran for the request.</summary>
    internal readonly bool HasRun => _done != 0;

    /// <summary>What came before the run, without the wait: reading, checking, putting together.</summary>
    internal readonly long Input => Parse + Between(_taken, _ran);

    /// <summary>What came after the run: taking apart and writing.</summary>
    internal readonly long Output => Between(_done, _scored) + Write;

    internal void Start(long now)
    {
        this = default;
        _started = now;
    }

    internal void Parsed(long now) => _parsed = now;

    internal void Taken(long now) => _taken = now;

    /// <summary>The model's run, by those who run it.</summary>
    internal void Ran(long from, long until)
    {
        _ran = from;
        _done = until;
    }

    internal void Scored(long now) => _scored = now;

    internal void Ended(long now) => _ended = now;

    private static long Between(long from, long until) => from == 0 || until == 0 ? 0 : Math.Max(0, until - from);
}
