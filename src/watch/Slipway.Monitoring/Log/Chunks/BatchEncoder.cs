using System.Runtime.InteropServices;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace Slipway.Monitoring.Log.Chunks;

/// <summary>Makes Arrow's columns of a batch, in memory that is used again for the next one.</summary>
internal sealed class BatchEncoder(ChunkSchema schema)
{
    private const int MaxRepeated = 64;
    private const int LeastRepeated = 1024;

    private readonly BufferArena _arena = new();
    private readonly Dictionary<string, RepeatedText> _repeated = new(StringComparer.Ordinal);
    private byte[] _zeros = [];

    /// <summary>The batch with the chunk's columns. Valid until the next call.</summary>
    public RecordBatch Encode(PredictionBatch batch, int layout)
    {
        _arena.Reset();
        var source = batch.Source;
        var arrays = new ArrayData[schema.Arrow.FieldsList.Count];
        var rows = batch.Rows;
        var next = 0;
        Add(Ids(batch.Ids));
        Add(Times(batch.EventTimes));
        Add(Times(batch.Arrivals));
        Add(Same(source.Version.Model, rows));
        Add(Same(source.Version.Version.ToString(), rows));
        Add(Same(source.Role, rows));
        Add(source.Rollout is null ? Nulls(StringType.Default, rows) : Same(source.Rollout, rows));
        Add(Same(source.Weight, rows));
        Add(Numbers(batch.Milliseconds));
        Add(Flags(batch.Failed));
        Add(Texts(batch.Keys));
        Add(Primitive(Int64Type.Default, rows, _arena.Copy<ulong>(batch.Units)));
        Add(batch.Segments.Count == 0 ? Nulls(StringType.Default, rows) : Texts(JsonTexts.Segments(batch.Segments, rows)));

        var columns = schema.ColumnsOf(layout);
        for (var i = 0; i < columns.Length; i++)
        {
            var values = i < batch.Inputs.Count ? batch.Inputs[i] : batch.Outputs[i - batch.Inputs.Count];
            arrays[ChunkSchema.FixedColumns + columns[i]] = Values(values);
        }

        if (batch.Calls is { } calls)
        {
            next = ChunkSchema.FixedColumns + schema.Values.Count;
            Add(Primitive(FloatType.Default, rows, _arena.Copy<float>(calls.Parse)));
            Add(Primitive(FloatType.Default, rows, _arena.Copy<float>(calls.Queue)));
            Add(Primitive(FloatType.Default, rows, _arena.Copy<float>(calls.Run)));
            Add(Primitive(FloatType.Default, rows, _arena.Copy<float>(calls.Write)));
            Add(Primitive(Int64Type.Default, rows, _arena.Copy<long>(calls.Batch)));
            Add(Primitive(Int32Type.Default, rows, _arena.Copy<int>(calls.BatchRows)));
        }

        arrays[^2] = Same(source.Share, rows);
        arrays[^1] = batch.Errors is { } errors ? Texts(errors) : Nulls(StringType.Default, rows);

        for (var i = ChunkSchema.FixedColumns; i < arrays.Length; i++)
        {
            arrays[i] ??= Nulls(schema.Arrow.FieldsList[i].DataType, rows);
        }

        return new RecordBatch(schema.Arrow, arrays.Select(ArrowArrayFactory.BuildArray), rows);

        void Add(ArrayData data) => arrays[next++] = data;
    }

    private static ArrayData Primitive(IArrowType type, int rows, ArrowBuffer values) => new(type, rows, 0, 0, [ArrowBuffer.Empty, values]);

    private ArrayData Values(LoggedColumn column) => column switch
    {
        NumberValues numbers => Numbers(numbers.Values),
        TextValues texts => Texts(texts.Values),
        VectorValues vectors => Vectors(vectors.Values),
        DigestValues digests => Texts(System.Array.ConvertAll(digests.Values, JsonTexts.Digest)),
        _ => throw new ArgumentOutOfRangeException(nameof(column), column, "Unknown kind of column."),
    };

    private ArrayData Ids(IdColumn ids) =>
        new(StringType.Default, ids.Count, 0, 0, [ArrowBuffer.Empty, _arena.Copy(ids.Offsets), _arena.Copy(ids.Bytes)]);

    private ArrayData Numbers(double[] values) => Primitive(DoubleType.Default, values.Length, _arena.Copy<double>(values));

    private ArrayData Same(double value, int rows)
    {
        var memory = _arena.Take(rows * sizeof(double));
        MemoryMarshal.Cast<byte, double>(memory.Span).Fill(value);
        return Primitive(DoubleType.Default, rows, new ArrowBuffer(memory));
    }

    private ArrayData Times(long[] ticks)
    {
        var memory = _arena.Take(ticks.Length * sizeof(long));
        var values = MemoryMarshal.Cast<byte, long>(memory.Span);
        for (var i = 0; i < ticks.Length; i++)
        {
            values[i] = Microseconds.Of(ticks[i]);
        }

        return Primitive(schema.Arrow.FieldsList[1].DataType, ticks.Length, new ArrowBuffer(memory));
    }

    private ArrayData Flags(bool[] values)
    {
        var memory = _arena.Take((values.Length + 7) / 8);
        var bits = memory.Span;
        bits.Clear();
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i])
            {
                BitUtility.SetBit(bits, i);
            }
        }

        return Primitive(BooleanType.Default, values.Length, new ArrowBuffer(memory));
    }

    private ArrayData Texts(ReadOnlySpan<string?> texts)
    {
        var characters = 0;
        var missing = 0;
        foreach (var text in texts)
        {
            characters += text?.Length ?? 0;
            missing += text is null ? 1 : 0;
        }

        var offsets = _arena.Take((texts.Length + 1) * sizeof(int));
        var starts = MemoryMarshal.Cast<byte, int>(offsets.Span);

        // Three bytes are the most that one UTF-16 unit becomes.
        var memory = _arena.Take(checked(3 * characters));
        var bytes = memory.Span;
        var length = 0;
        for (var i = 0; i < texts.Length; i++)
        {
            starts[i] = length;
            if (texts[i] is { } text)
            {
                length += Encoding.UTF8.GetBytes(text, bytes[length..]);
            }
        }

        starts[texts.Length] = length;
        var validity = missing == 0 ? ArrowBuffer.Empty : Validity(texts);
        return new ArrayData(StringType.Default, texts.Length, missing, 0, [validity, new ArrowBuffer(offsets), new ArrowBuffer(memory[..length])]);
    }

    // Who answered is the same in all rows of a batch, and mostly in those of the next: what was made once is used again.
    private ArrayData Same(string text, int rows)
    {
        if (!_repeated.TryGetValue(text, out var repeated) || repeated.Rows < rows)
        {
            if (_repeated.Count >= MaxRepeated)
            {
                _repeated.Clear();
            }

            _repeated[text] = repeated = new RepeatedText(text, Math.Max(rows, LeastRepeated));
        }

        return new ArrayData(StringType.Default, rows, 0, 0, [ArrowBuffer.Empty, repeated.Offsets(rows), repeated.Bytes(rows)]);
    }

    private ArrayData Vectors(double[]?[] vectors)
    {
        var missing = vectors.Count(v => v is null);
        var total = vectors.Sum(v => v?.Length ?? 0);
        var offsets = _arena.Take((vectors.Length + 1) * sizeof(int));
        var starts = MemoryMarshal.Cast<byte, int>(offsets.Span);
        var memory = _arena.Take(checked(total * sizeof(double)));
        var values = MemoryMarshal.Cast<byte, double>(memory.Span);
        var length = 0;
        for (var i = 0; i < vectors.Length; i++)
        {
            starts[i] = length;
            vectors[i]?.CopyTo(values[length..]);
            length += vectors[i]?.Length ?? 0;
        }

        starts[vectors.Length] = length;
        return List(vectors.Length, missing, missing == 0 ? ArrowBuffer.Empty : Validity<double[]>(vectors), new ArrowBuffer(offsets), total, new ArrowBuffer(memory));
    }

    private static ArrayData List(int rows, int missing, ArrowBuffer validity, ArrowBuffer offsets, int total, ArrowBuffer values) =>
        new(ChunkSchema.Doubles, rows, missing, 0, [validity, offsets], [Primitive(DoubleType.Default, total, values)]);

    private ArrowBuffer Validity<T>(ReadOnlySpan<T?> values)
        where T : class
    {
        var memory = _arena.Take((values.Length + 7) / 8);
        var bits = memory.Span;
        bits.Clear();
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] is not null)
            {
                BitUtility.SetBit(bits, i);
            }
        }

        return new ArrowBuffer(memory);
    }

    private ArrayData Nulls(IArrowType type, int rows)
    {
        var validity = Zeros((rows + 7) / 8);
        return type switch
        {
            StringType => new ArrayData(type, rows, rows, 0, [validity, Zeros((rows + 1) * sizeof(int)), ArrowBuffer.Empty]),
            ListType => List(rows, rows, validity, Zeros((rows + 1) * sizeof(int)), 0, ArrowBuffer.Empty),
            _ => new ArrayData(type, rows, rows, 0, [validity, Zeros(rows * sizeof(double))]),
        };
    }

    // Nobody writes into them, so all columns share them.
    private ArrowBuffer Zeros(int bytes)
    {
        if (_zeros.Length < bytes)
        {
            _zeros = new byte[bytes];
        }

        return new ArrowBuffer(_zeros.AsMemory(0, bytes));
    }

    /// <summary>A text so many times.</summary>
    private sealed class RepeatedText
    {
        private readonly byte[] _offsets;
        private readonly byte[] _bytes;
        private readonly int _length;

        public RepeatedText(string text, int rows)
        {
            var one = Encoding.UTF8.GetBytes(text);
            (_length, Rows) = (one.Length, rows);
            _offsets = new byte[(rows + 1) * sizeof(int)];
            _bytes = new byte[checked(rows * _length)];
            var starts = MemoryMarshal.Cast<byte, int>(_offsets.AsSpan());
            for (var i = 0; i <= rows; i++)
            {
                starts[i] = i * _length;
                if (i < rows)
                {
                    one.CopyTo(_bytes, starts[i]);
                }
            }
        }

        public int Rows { get; }

        public ArrowBuffer Offsets(int rows) => new(_offsets.AsMemory(0, (rows + 1) * sizeof(int)));

        public ArrowBuffer Bytes(int rows) => new(_bytes.AsMemory(0, rows * _length));
    }
}
