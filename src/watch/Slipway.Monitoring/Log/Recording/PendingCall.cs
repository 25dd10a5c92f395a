using System.Buffers.Binary;
using Slipway.Core.Names;
using Slipway.Inference.Tensors;

namespace Slipway.Monitoring.Log.Recording;

/// <summary>
/// A call on its way to the log: a copy in buffers that are used again. Written by the request's thread, which only copies; whatever can be worked out later is.
/// </summary>
internal sealed class PendingCall
{
    private const int KeptBytes = 64 * 1024;

    private byte[] _data = [];
    private TensorCopy[] _tensors = [];
    private long[] _shapes = [];
    private KeyValuePair<string, IReadOnlyList<string>>[] _segments = [];
    private int _length;
    private int _shapeLength;
    private int _segmentCount;

    public string Deployment { get; private set; } = "";

    public VersionReference Version { get; private set; } = null!;

    public string Role { get; private set; } = "";

    public string? Rollout { get; private set; }

    public double Weight { get; private set; }

    public bool Randomised { get; private set; }

    public bool Failed { get; private set; }

    public string? RequestId { get; private set; }

    public Guid GeneratedId { get; private set; }

    /// <summary>When it arrived, UTC ticks of whole microseconds: what the files keep, so that a batch read back equals the one that was written.</summary>
    public long Arrival { get; private set; }

    public double Milliseconds { get; private set; }

    public int Rows { get; private set; }

    public IReadOnlyList<DateTimeOffset> EventTimes { get; private set; } = [];

    public IReadOnlyList<string> StickyKeys { get; private set; } = [];

    public ReadOnlySpan<KeyValuePair<string, IReadOnlyList<string>>> Segments => _segments.AsSpan(0, _segmentCount);

    public int InputCount { get; private set; }

    /// <summary>Inputs, then outputs.</summary>
    public ReadOnlySpan<TensorCopy> Tensors => _tensors.AsSpan(0, TensorCount);

    public int TensorCount { get; private set; }

    /// <summary>The bytes that waiting costs.</summary>
    public int Bytes { get; private set; }

    /// <summary>The bytes that a copy of <paramref name="call"/> takes.</summary>
    public static int Measure(in RecordedCall call) => call.Failed ? 0 : Measure(call.Inputs) + Measure(call.Outputs);

    /// <summary>The values of a tensor as its bytes; for texts, each as a length (−1 is missing) and its bytes.</summary>
    public ReadOnlySpan<byte> Data(in TensorCopy tensor) => _data.AsSpan(tensor.Offset, tensor.Length);

    /// <summary>The dimensions of a tensor.</summary>
    public ReadOnlySpan<long> Shape(in TensorCopy tensor) => _shapes.AsSpan(tensor.ShapeAt, tensor.Rank);

    /// <summary>Copies the call. <paramref name="bytes"/> is what <see cref="Measure(in RecordedCall)"/> said of it.</summary>
    public void Set(in RecordedCall call, int bytes)
    {
        Deployment = call.Deployment;
        Version = call.Version;
        Role = call.Role;
        Rollout = call.Rollout;
        Weight = call.Weight;
        Randomised = call.Randomised;
        Failed = call.Failed;
        RequestId = call.RequestId;
        GeneratedId = call.GeneratedId;
        Arrival = EventTimeRule.WholeMicroseconds(call.ArrivedAt.UtcTicks);
        Milliseconds = call.Duration.TotalMilliseconds;
        Rows = call.Failed ? 1 : call.Rows;
        Bytes = bytes;

        // The lists belong to the request alone and are never changed; only the list of segments is pooled with the call.
        EventTimes = call.Fields.EventTimes;
        StickyKeys = call.Fields.StickyKeys;
        CopySegments(call.Fields.Segments);

        _length = 0;
        _shapeLength = 0;
        InputCount = 0;
        TensorCount = 0;
        if (call.Failed)
        {
            return;
        }

        if (_data.Length < bytes)
        {
            _data = GC.AllocateUninitializedArray<byte>(Math.Max(256, bytes));
        }

        var count = call.Inputs.Count + call.Outputs.Count;
        if (_tensors.Length < count)
        {
            _tensors = new TensorCopy[count];
        }

        for (var i = 0; i < call.Inputs.Count; i++)
        {
            Copy(call.Inputs[i]);
        }

        InputCount = TensorCount;
        for (var i = 0; i < call.Outputs.Count; i++)
        {
            Copy(call.Outputs[i]);
        }
    }

    /// <summary>Lets go of what belongs to the request, so that a pooled call keeps nothing alive.</summary>
    public void Clear()
    {
        EventTimes = [];
        StickyKeys = [];
        RequestId = null;
        Array.Clear(_segments, 0, _segmentCount);
        _segmentCount = 0;
        if (_data.Length > KeptBytes)
        {
            _data = [];
        }
    }

    private static int Measure(TensorSet tensors)
    {
        long bytes = 0;
        for (var i = 0; i < tensors.Count; i++)
        {
            var tensor = tensors[i];
            if (tensor.Type != TensorType.Bytes)
            {
                bytes += (long)tensor.Count * tensor.Type.Size();
                continue;
            }

            foreach (var item in tensor.Items)
            {
                bytes += sizeof(int) + (item?.Length ?? 0);
            }
        }

        return (int)Math.Min(bytes, int.MaxValue);
    }

    private void CopySegments(IReadOnlyList<KeyValuePair<string, IReadOnlyList<string>>> segments)
    {
        _segmentCount = segments.Count;
        if (_segments.Length < _segmentCount)
        {
            _segments = new KeyValuePair<string, IReadOnlyList<string>>[_segmentCount];
        }

        for (var i = 0; i < _segmentCount; i++)
        {
            _segments[i] = segments[i];
        }
    }

    private void Copy(Tensor tensor)
    {
        var shape = tensor.Shape;
        if (_shapes.Length < _shapeLength + shape.Length)
        {
            Array.Resize(ref _shapes, Math.Max(16, 2 * (_shapeLength + shape.Length)));
        }

        shape.CopyTo(_shapes.AsSpan(_shapeLength));
        var begin = _length;
        if (tensor.Type == TensorType.Bytes)
        {
            foreach (var item in tensor.Items)
            {
                BinaryPrimitives.WriteInt32LittleEndian(_data.AsSpan(_length), item?.Length ?? -1);
                _length += sizeof(int);
                if (item is { } text)
                {
                    text.Span.CopyTo(_data.AsSpan(_length));
                    _length += text.Length;
                }
            }
        }
        else
        {
            tensor.Raw.CopyTo(_data.AsSpan(_length));
            _length += tensor.Raw.Length;
        }

        _tensors[TensorCount++] = new TensorCopy(tensor.Name, tensor.Type, tensor.Count, begin, _length - begin, _shapeLength, shape.Length);
        _shapeLength += shape.Length;
    }
}

/// <summary>Where a tensor's copy lies in its call's buffers.</summary>
internal readonly record struct TensorCopy(string Name, TensorType Type, int Count, int Offset, int Length, int ShapeAt, int Rank);
