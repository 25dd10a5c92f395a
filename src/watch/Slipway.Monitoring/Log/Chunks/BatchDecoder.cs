using Apache.Arrow;
using Slipway.Core.Names;
using Slipway.Monitoring.Log.Recording;

namespace Slipway.Monitoring.Log.Chunks;

/// <summary>Reads Arrow's columns back into the batch that was written.</summary>
internal sealed class BatchDecoder(string deployment, ChunkSchema schema)
{
    private PredictionSource? _last;

    public PredictionBatch Decode(RecordBatch batch, int layout)
    {
        var inputs = new List<LoggedColumn>();
        var outputs = new List<LoggedColumn>();
        foreach (var column in schema.ColumnsOf(layout))
        {
            var kind = schema.Values[column];
            (kind.IsOutput ? outputs : inputs).Add(Values(kind, batch.Column(ChunkSchema.FixedColumns + column)));
        }

        return new PredictionBatch
        {
            Source = Source(batch),
            Rows = batch.Length,
            Ids = Ids((StringArray)batch.Column(0)),
            EventTimes = Times(batch.Column(1)),
            Arrivals = Times(batch.Column(2)),
            Milliseconds = Numbers(batch.Column(8)),
            Calls = schema.HasCalls ? Calls(batch, ChunkSchema.FixedColumns + schema.Values.Count) : null,
            Failed = Flags((BooleanArray)batch.Column(9)),
            Errors = schema.HasErrors && batch.Column(batch.ColumnCount - 1) is var errors && errors.NullCount < batch.Length ? Texts(errors) : null,
            Keys = Texts(batch.Column(10)),
            Units = System.Array.ConvertAll(((Int64Array)batch.Column(11)).Values.ToArray(), unit => (ulong)unit),
            Segments = JsonTexts.ReadSegments(Texts(batch.Column(12))),
            Inputs = inputs,
            Outputs = outputs,
        };
    }

    private static IdColumn Ids(StringArray array)
    {
        var offsets = array.ValueOffsets[..(array.Length + 1)].ToArray();
        return new IdColumn(array.Values[..offsets[^1]].ToArray(), offsets);
    }

    private static CallColumns Calls(RecordBatch batch, int at)
    {
        return new CallColumns(Of<float>(0), Of<float>(1), Of<float>(2), Of<float>(3), Of<long>(4), Of<int>(5));

        T[] Of<T>(int column)
            where T : struct, IEquatable<T> => ((PrimitiveArray<T>)batch.Column(at + column)).Values.ToArray();
    }

    private static LoggedColumn Values(LayoutColumn column, IArrowArray array) => column.Kind switch
    {
        ColumnKind.Number => new NumberValues(column.Name, Numbers(array)),
        ColumnKind.Text => new TextValues(column.Name, Texts(array)),
        ColumnKind.Vector => new VectorValues(column.Name, Vectors((ListArray)array)),
        _ => new DigestValues(column.Name, System.Array.ConvertAll(Texts(array), JsonTexts.ReadDigest)),
    };

    private static double[] Numbers(IArrowArray array) => ((DoubleArray)array).Values.ToArray();

    private static long[] Times(IArrowArray array) => System.Array.ConvertAll(((TimestampArray)array).Values.ToArray(), Microseconds.ToTicks);

    private static string?[] Texts(IArrowArray array)
    {
        var texts = (StringArray)array;
        var values = new string?[texts.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = texts.IsNull(i) ? null : texts.GetString(i);
        }

        return values;
    }

    private static bool[] Flags(BooleanArray array)
    {
        var values = new bool[array.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = array.GetValue(i) == true;
        }

        return values;
    }

    private static double[]?[] Vectors(ListArray array)
    {
        var all = ((DoubleArray)array.Values).Values;
        var values = new double[]?[array.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = array.IsNull(i) ? null : all.Slice(array.ValueOffsets[i], array.GetValueLength(i)).ToArray();
        }

        return values;
    }

    private PredictionSource Source(RecordBatch batch)
    {
        var model = Text(3)!;
        var version = SemanticVersion.Parse(Text(4)!);
        var source = new PredictionSource(deployment, new VersionReference(model, version), Text(5)!, Text(6), Number(7), schema.HasShare ? Number(ChunkSchema.FixedColumns + schema.Values.Count + ChunkSchema.CallFields) : 1);

        // Batches of one source follow each other, and whoever reads them compares sources.
        return _last = source == _last ? _last : source;

        double Number(int column) => ((DoubleArray)batch.Column(column)).Values[0];

        string? Text(int column) => ((StringArray)batch.Column(column)) is var array && array.IsNull(0) ? null : array.GetString(0);
    }
}
