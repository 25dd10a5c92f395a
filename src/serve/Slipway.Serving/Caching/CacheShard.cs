using System.Runtime.InteropServices;

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

    /// <summary>The answer of a key, when it has come meanwhile; else joins the run that is under way for the same content; else begins one.</summary>
    /// <param name="key">The content's hash.</param>
    /// <param name="content">What is asked; the caller's own until it has ended what it begins.</param>
    /// <param name="now">The time.</param>
    public Joined Join(UInt128 key, ReadOnlyMemory<byte> content, long now)
    {
        lock (_gate)
        {
            if (FindYoung(key, now) is { } answer)
            {
                return new Joined(answer, Own: null, Landing: null);
            }

            ref var flight = ref CollectionsMarshal.GetValueRefOrAddDefault(_flights, key, out var isThere);
            if (!isThere)
            {
                flight = new Flight(this, key, content);
                return new Joined(Answer: null, flight, Landing: null);
            }

            return flight!.Content.SequenceEqual(content.Span) ? new Joined(Answer: null, Own: null, flight.Wait()) : default;
        }
    }

    /// <summary>Ends a run that <see cref="Join"/> began, keeps its answer where there is one that fits, and tells those who wait.</summary>
    public void End(Flight flight, CachedAnswer? answer, bool abandoned, long now)
    {
        lock (_gate)
        {
            _flights.Remove(flight.Key);
            if (answer is not null && answer.Bytes <= capacity)
            {
                MakeRoom(answer.Bytes, now);
                Add(answer);
            }
        }

        flight.Tell(answer, abandoned);
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

/// <summary>What came of <see cref="CacheShard.Join"/>: one of the three, or none where somebody runs other content that has the same hash.</summary>
/// <param name="Answer">The answer is there; whether it is for the same content is left to the caller.</param>
/// <param name="Own">The caller runs, and ends this.</param>
/// <param name="Landing">How another's run for the same content ends.</param>
internal readonly record struct Joined(CachedAnswer? Answer, Flight? Own, Task<Landing>? Landing);

/// <summary>What a cache holds.</summary>
/// <param name="Answers">Kept answers.</param>
/// <param name="Bytes">Their bytes, with the inputs that they are compared by.</param>
/// <param name="Evictions">Answers that went because room was needed, since the cache was made.</param>
internal readonly record struct CacheFigures(long Answers, long Bytes, long Evictions);
