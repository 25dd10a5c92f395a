using Slipway.Serving.Figures;

namespace Slipway.Serving;

/// <summary>
/// Where a request's time went, as timestamps of the call's <see cref="TimeProvider"/>. The stages follow each other without a gap, so their lengths add up to the whole. A stage that was not
/// reached has a length of zero.
/// </summary>
public struct CallTiming
{
    private long _started;
    private long _asked;
    private long _turn;
    private long _parsed;
    private long _taken;
    private long _ran;
    private long _done;
    private long _scored;
    private long _ended;

    /// <summary>From the arrival until the request was read and understood, without the wait for a processor.</summary>
    public readonly long Parse => Math.Max(0, Between(_started, _parsed) - BeforeParse);

    /// <summary>Waiting, of a large body for a processor and of every request until an instance took it up; with its check, where it had to wait.</summary>
    public readonly long Queue => BeforeParse + Between(_parsed, _taken);

    /// <summary>Checking it, putting it together with others, and taking their common answer apart.</summary>
    public readonly long Batch => Between(_taken, _ran) + Between(_done, _scored);

    /// <summary>The model itself. Requests of one batch share a run, and each has the whole of it.</summary>
    public readonly long Run => Between(_ran, _done);

    /// <summary>From the answer until it stood as the protocol's text.</summary>
    public readonly long Write => Between(_scored, _ended);

    /// <summary>
    /// When a stage began and ended, for those who draw it: of <see cref="Stage.Batch"/> the part before the run, of <see cref="Stage.Queue"/> the longer wait, of <see cref="Stage.Parse"/> the part after
    /// a wait. Both are zero for one that was not reached.
    /// </summary>
    internal readonly (long From, long Until) Span(Stage stage)
    {
        var (from, until) = stage switch
        {
            Stage.Parse => (_turn == 0 ? _started : _turn, _parsed),
            Stage.Queue => BeforeParse > Between(_parsed, _taken) ? (_asked, _turn) : (_parsed, _taken),
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

    /// <summary>The wait for a processor before the body was parsed.</summary>
    internal readonly long BeforeParse => Between(_asked, _turn);

    internal void Waited(long since, long until)
    {
        _asked = since;
        _turn = until;
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
