using Slipway.Inference.Tensors;

namespace Slipway.Serving.Engine;

/// <summary>
/// The calls that wait, the most urgent first and then by arrival. A chain through the calls themselves: joining and leaving allocate nothing. Not safe for concurrent use; the runner's gate
/// is held.
/// </summary>
internal sealed class CallQueue
{
    private QueuedCall? _first;
    private QueuedCall? _last;

    public int Count { get; private set; }

    public long Rows { get; private set; }

    public void Add(QueuedCall call)
    {
        var before = _last;
        while (before is not null && before.Rank > call.Rank)
        {
            before = before.Previous;
        }

        call.Previous = before;
        call.Next = before is null ? _first : before.Next;
        if (call.Next is null)
        {
            _last = call;
        }
        else
        {
            call.Next.Previous = call;
        }

        if (before is null)
        {
            _first = call;
        }
        else
        {
            before.Next = call;
        }

        call.IsWaiting = true;
        Count++;
        Rows += call.Rows;
    }

    public void Remove(QueuedCall call)
    {
        if (call.Previous is null)
        {
            _first = call.Next;
        }
        else
        {
            call.Previous.Next = call.Next;
        }

        if (call.Next is null)
        {
            _last = call.Previous;
        }
        else
        {
            call.Next.Previous = call.Previous;
        }

        call.Previous = null;
        call.Next = null;
        call.IsWaiting = false;
        Count--;
        Rows -= call.Rows;
    }

    /// <summary>Takes out every call whose deadline has come.</summary>
    public void TakeExpired(long now, List<QueuedCall> into)
    {
        for (var call = _first; call is not null;)
        {
            var next = call.Next;
            if (call.Deadline <= now)
            {
                Remove(call);
                into.Add(call);
            }

            call = next;
        }
    }

    /// <summary>Takes out the first call and those behind it that can be run together with it, up to <paramref name="mostRows"/>.</summary>
    public void Take(bool together, int mostRows, List<QueuedCall> into)
    {
        var first = _first!;
        var rows = 0;
        for (var call = first; call is not null && (call == first || (together && rows < mostRows));)
        {
            var next = call.Next;
            if (call == first || (call.Rows <= mostRows - rows && Fits(first.Call.Inputs, call.Call.Inputs)))
            {
                Remove(call);
                into.Add(call);
                rows += call.Rows;
            }

            call = next;
        }
    }

    /// <summary>The rows that could be run together with the first call, as far as they are below <paramref name="enough"/>.</summary>
    public int RowsTogether(int enough)
    {
        var rows = 0;
        for (var call = _first; call is not null && rows < enough; call = call.Next)
        {
            if (call == _first || Fits(_first!.Call.Inputs, call.Call.Inputs))
            {
                rows += call.Rows;
            }
        }

        return rows;
    }

    /// <summary>The earliest arrival and the earliest deadline of those that wait; the end of time when nobody does.</summary>
    public (long Since, long Deadline) Earliest()
    {
        var (since, deadline) = (long.MaxValue, long.MaxValue);
        for (var call = _first; call is not null; call = call.Next)
        {
            since = Math.Min(since, call.Since);
            deadline = Math.Min(deadline, call.Deadline);
        }

        return (since, deadline);
    }

    // Both have passed the signature's check, so names and types are the model's; what is left is a matrix or columns, and the dimensions that the signature leaves open.
    private static bool Fits(TensorSet first, TensorSet other)
    {
        if (first.Count != other.Count)
        {
            return false;
        }

        for (var i = 0; i < first.Count; i++)
        {
            var (a, b) = (first[i], other[i]);
            if (a.Rank != b.Rank || a.Type != b.Type || (a.Rank > 1 && !a.Shape[1..].SequenceEqual(b.Shape[1..])))
            {
                return false;
            }
        }

        return true;
    }
}
