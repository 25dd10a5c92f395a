using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Slipway.Inference.Tensors;

namespace Slipway.Monitoring.Log.Recording;

/// <summary>
/// Copies of calls one behind the other, in memory that is used again: written from its beginning to its end and then read the same way, so that the processor is always ahead. (An object for
/// each call, some thousands of them between two ticks, had every request touch memory that nobody had touched for a while.)
/// </summary>
internal sealed class CallBlock(int size)
{
    /// <summary>The size of a block. A call that is larger gets one of its own.</summary>
    public const int Size = 256 * 1024;

    private readonly byte[] _data = GC.AllocateUninitializedArray<byte>(size);
    private readonly List<CallRoute> _routes = [];
    private readonly List<object> _references = [];

    // How often it was used again: routes outlive the calls of one use.
    private int _use;

    /// <summary>How far it is written.</summary>
    public int Used { get; private set; }

    /// <summary>True when a call of so many bytes still fits.</summary>
    public bool HasRoom(int bytes) => _data.Length - Used >= bytes;

    /// <summary>True when it is worth keeping for other calls.</summary>
    public bool IsReusable => _data.Length == Size;

    /// <summary>The bytes of a call's copy.</summary>
    public static long Measure(in RecordedCall call) =>
        Unsafe.SizeOf<CallHeader>() + (call.Failed ? 0 : Measure(call.Inputs) + Measure(call.Outputs));

    /// <summary>Copies a call behind the others.</summary>
    public void Add(in RecordedCall call, CallRoute route, long sequence, int bytes)
    {
        if (route.Block != this || route.Use != _use)
        {
            (route.Block, route.Use, route.Number) = (this, _use, _routes.Count);
            _routes.Add(route);
        }

        ref var header = ref MemoryMarshal.AsRef<CallHeader>(_data.AsSpan(Used));
        header = new CallHeader
        {
            Sequence = sequence,
            Arrival = EventTimeRule.WholeMicroseconds(call.ArrivedAt.UtcTicks),
            Milliseconds = call.Duration.TotalMilliseconds,
            GeneratedId = call.GeneratedId,
            Timing = call.Timing,
            Length = bytes,
            Rows = call.Failed ? 1 : call.Rows,
            Route = route.Number,
            References = _references.Count,
        };

        // The lists belong to the request alone and are never changed; what has to be kept of them is their reference.
        if (call.RequestId is { } id)
        {
            header.Parts |= CallParts.RequestId;
            _references.Add(id);
        }

        AddFields(call, ref header);
        var data = _data.AsSpan(Used + Unsafe.SizeOf<CallHeader>(), bytes - Unsafe.SizeOf<CallHeader>());
        if (!call.Failed)
        {
            Copy(call.Inputs, ref data);
            Copy(call.Outputs, ref data);
        }

        Used += bytes;
    }

    /// <summary>What is known of the call at a place.</summary>
    public ref readonly CallHeader Header(int at) => ref MemoryMarshal.AsRef<CallHeader>(_data.AsSpan(at));

    /// <summary>The values of the call at a place: tensors one behind the other, see <see cref="TensorBytes"/>.</summary>
    public ReadOnlySpan<byte> Data(int at) => _data.AsSpan(at + Unsafe.SizeOf<CallHeader>(), Header(at).Length - Unsafe.SizeOf<CallHeader>());

    public CallRoute Route(int number) => _routes[number];

    public object Reference(int number) => _references[number];

    /// <summary>Forgets the calls.</summary>
    public void Clear()
    {
        Used = 0;
        _use++;
        _routes.Clear();
        _references.Clear();
    }

    private static long Measure(TensorSet tensors)
    {
        long bytes = 0;
        for (var i = 0; i < tensors.Count; i++)
        {
            bytes += TensorBytes.Measure(tensors[i]);
        }

        return bytes;
    }

    private static void Copy(TensorSet tensors, ref Span<byte> target)
    {
        for (var i = 0; i < tensors.Count; i++)
        {
            TensorBytes.Write(tensors[i], ref target);
        }
    }

    private void AddFields(in RecordedCall call, ref CallHeader header)
    {
        var fields = call.Fields;
        if (fields.EventTimes.Count > 0)
        {
            header.Parts |= CallParts.EventTimes;
            _references.Add(fields.EventTimes);
        }

        if (fields.StickyKeys.Count > 0)
        {
            header.Parts |= CallParts.StickyKeys;
            _references.Add(fields.StickyKeys);
        }

        if (call.Randomised)
        {
            header.Parts |= CallParts.Randomised;
        }

        header.Segments = fields.Segments.Count;
        for (var i = 0; i < fields.Segments.Count; i++)
        {
            var (name, values) = fields.Segments[i];
            _references.Add(name);
            _references.Add(values);
        }

        if (call.Error is { } error)
        {
            header.Parts |= CallParts.Error;
            _references.Add(error);
        }
    }
}

/// <summary>What a call's copy begins with. What it refers to follows in this order: request id, event times, sticky keys, then name and values of each segment, then the error.</summary>
internal struct CallHeader
{
    /// <summary>The call's place among all that were recorded.</summary>
    public long Sequence;

    /// <summary>When it arrived, UTC ticks of whole microseconds: what the files keep, so that a batch read back equals the one that was written.</summary>
    public long Arrival;

    public double Milliseconds;
    public Guid GeneratedId;
    public CallTimes Timing;
    public int Length;
    public int Rows;
    public int Route;
    public int References;
    public int Segments;
    public CallParts Parts;
}

/// <summary>What a call has besides its tensors.</summary>
[Flags]
internal enum CallParts
{
    None = 0,
    RequestId = 1,
    EventTimes = 2,
    StickyKeys = 4,
    Randomised = 8,
    Error = 16,
}
