namespace Slipway.Serving.Caching;

/// <summary>A part of a cache: its answers, the least recently used of which goes first when room is needed, and the runs that are under way.</summary>
/// <param name="capacity">The most bytes of its answers.</param>
internal sealed class CacheShard(long capacity)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, CachedAnswer> _answers = [];
    private readonly Dictionary<UInt128, Flight> _flights = [];
    private CachedAnswer? _newest;
    private CachedAnswer? _oldest;
    private long _bytes;
    private long _evictions;

    /// <summary>The answer of a key, or null when there is none that is young enough.</summary>
    public CachedAnswer? Find(UInt128 key, long now)
    {
        lock (_gate)
        {
            return FindYoung(key, now);
        }
    }

    /// <summary>The answer of a key, when it has come meanwhile; else joins the run that is under way for the key; else begins one.</summary>
    public Joined Join(UInt128 key, byte[] content, long now)
    {
        lock (_gate)
        {
            if (FindYoung(key, now) is { } answer)
            {
                return new Joined(answer, Own: null, Other: null, Landing: null);
            }

            if (_flights.TryGetValue(key, out var other))
            {
                return new Joined(Answer: null, Own: null, other, other.Wait());
            }

            var own = new Flight(content);
            _flights.Add(key, own);
            return new Joined(Answer: null, own, Other: null, Landing: null);
        }
    }

    /// <summary>Ends a run that <see cref="Join"/> began, keeps its answer where there is one that fits, and tells those who wait.</summary>
    public void End(UInt128 key, Flight flight, Landing landing, long now)
    {
        lock (_gate)
        {
            _flights.Remove(key);
            if (landing.Answer is { } answer && answer.Bytes <= capacity)
            {
                MakeRoom(answer.Bytes, now);
                Add(answer);
            }
        }

        flight.End(landing);
    }

    /// <summary>Adds what the shard holds.</summary>
    public void AddTo(ref CacheFigures figures)
    {
        lock (_gate)
        {
            figures = new CacheFigures(figures.Answers + _answers.Count, figures.Bytes + _bytes, figures.Evictions + _evictions);
        }
    }

    private CachedAnswer? FindYoung(UInt128 key, long now)
    {
        if (!_answers.TryGetValue(key, out var answer))
        {
            return null;
        }

        if (now >= answer.Until)
        {
            Remove(answer);
            return null;
        }

        if (answer != _newest)
        {
            Unlink(answer);
            Link(answer);
        }

        return answer;
    }

    // What is too old goes with what is used least: all live equally long, so the old ones gather at that end.
    private void MakeRoom(long bytes, long now)
    {
        while (_oldest is { } last && (now >= last.Until || _bytes + bytes > capacity))
        {
            _evictions += now >= last.Until ? 0 : 1;
            Remove(last);
        }
    }

    private void Add(CachedAnswer answer)
    {
        if (_answers.Remove(answer.Key, out var former))
        {
            Unlink(former);
            _bytes -= former.Bytes;
        }

        _answers.Add(answer.Key, answer);
        _bytes += answer.Bytes;
        Link(answer);
    }

    private void Remove(CachedAnswer answer)
    {
        _answers.Remove(answer.Key);
        _bytes -= answer.Bytes;
        Unlink(answer);
    }

    private void Link(CachedAnswer answer)
    {
        answer.Older = _newest;
        answer.Newer = null;
        if (_newest is not null)
        {
            _newest.Newer = answer;
        }

        _newest = answer;
        _oldest ??= answer;
    }

    private void Unlink(CachedAnswer answer)
    {
        if (answer.Newer is null)
        {
            _newest = answer.Older;
        }
        else
        {
            answer.Newer.Older = answer.Older;
        }

        if (answer.Older is null)
        {
            _oldest = answer.Newer;
        }
        else
        {
            answer.Older.Newer = answer.Newer;
        }

        answer.Newer = answer.Older = null;
    }
}

/// <summary>What came of <see cref="CacheShard.Join"/>; one of the three.</summary>
/// <param name="Answer">The answer is there.</param>
/// <param name="Own">The caller runs, and ends this.</param>
/// <param name="Other">Somebody else runs.</param>
/// <param name="Landing">How that run ends.</param>
internal readonly record struct Joined(CachedAnswer? Answer, Flight? Own, Flight? Other, Task<Landing>? Landing);

/// <summary>What a cache holds.</summary>
/// <param name="Answers">Kept answers.</param>
/// <param name="Bytes">Their bytes, with the inputs that they are compared by.</param>
/// <param name="Evictions">Answers that went because room was needed, since the cache was made.</param>
internal readonly record struct CacheFigures(long Answers, long Bytes, long Evictions);
