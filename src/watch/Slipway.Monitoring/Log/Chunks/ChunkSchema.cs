using System.Globalization;
using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Types;
using Slipway.Monitoring.Log.Recording;

namespace Slipway.Monitoring.Log.Chunks;

/// <summary>
/// The columns of a chunk: what every prediction has, then the values of all its layouts together. A batch leaves the columns of other layouts null, so that a deployment has one open chunk
/// however many versions answer, and a position in its log is one pair.
/// </summary>
internal sealed class ChunkSchema
{
    /// <summary>The number of columns that every chunk has.</summary>
    public const int FixedColumns = 13;

    /// <summary>The number of columns that follow the values: <see cref="CallColumns"/>. Chunks from before they were kept have none.</summary>
    public const int CallFields = 6;

    /// <summary>The name of the column behind them, <see cref="PredictionSource.Share"/>. Chunks from before it was kept have none, and their rows are all that there were.</summary>
    public const string ShareField = "share";

    /// <summary>The name of the last column, <see cref="PredictionBatch.Errors"/>. Chunks from before it was kept have none.</summary>
    public const string ErrorField = "error";

    /// <summary>The type of a vector.</summary>
    public static readonly ListType Doubles = new(new Field("item", DoubleType.Default, nullable: true));

    private const string LayoutsKey = "slipway.layouts";
    private const string NameKey = "slipway.name";
    private const string KindKey = "slipway.kind";
    private const string DirectionKey = "slipway.direction";

    private readonly int[][] _columns;
    private readonly Dictionary<ColumnLayout, int> _numbers = [];

    private ChunkSchema(IReadOnlyList<ColumnLayout> layouts, IReadOnlyList<LayoutColumn> values, IReadOnlyList<string> names, bool hasCalls, bool hasShare, bool hasErrors)
    {
        (HasCalls, HasShare, HasErrors) = (hasCalls, hasShare, hasErrors);
        Layouts = layouts;
        Values = values;
        Names = names;
        _columns = [.. layouts.Select(l => l.Columns.ToArray().Select(c => IndexOf(values, c)).ToArray())];
        for (var i = 0; i < layouts.Count; i++)
        {
            _numbers.TryAdd(layouts[i], i);
        }

        Arrow = Build();
    }

    /// <summary>The layouts that a batch may have.</summary>
    public IReadOnlyList<ColumnLayout> Layouts { get; }

    /// <summary>The columns of inputs and outputs.</summary>
    public IReadOnlyList<LayoutColumn> Values { get; }

    /// <summary>What those are called in files: <c>in.temp</c>, <c>out.score</c>.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>True when the columns of calls follow the values.</summary>
    public bool HasCalls { get; }

    /// <summary>True when the share of what was recorded follows them.</summary>
    public bool HasShare { get; }

    /// <summary>True when the errors of failed calls follow it.</summary>
    public bool HasErrors { get; }

    public Schema Arrow { get; }

    public static ChunkSchema Create(IReadOnlyList<ColumnLayout> layouts)
    {
        var values = new List<LayoutColumn>();
        foreach (var layout in layouts)
        {
            foreach (var column in layout.Columns)
            {
                if (!values.Contains(column))
                {
                    values.Add(column);
                }
            }
        }

        var names = new List<string>();
        foreach (var column in values)
        {
            var plain = (column.IsOutput ? "out." : "in.") + column.Name;
            var name = plain;

            // Two versions may call a number and a text by the same name.
            for (var i = 1; names.Contains(name, StringComparer.OrdinalIgnoreCase); i++)
            {
                var kind = plain + "." + column.Kind.ToString().ToLowerInvariant();
                name = i == 1 ? kind : string.Create(CultureInfo.InvariantCulture, $"{kind}.{i}");
            }

            names.Add(name);
        }

        return new ChunkSchema(layouts, values, names, hasCalls: true, hasShare: true, hasErrors: true);
    }

    /// <summary>The schema that a chunk was written with.</summary>
    public static ChunkSchema Read(Schema schema)
    {
        var all = schema.FieldsList.Skip(FixedColumns).ToList();
        var fields = all.FindAll(f => f.HasMetadata);
        var values = fields.ConvertAll(f => new LayoutColumn(f.Metadata[NameKey], Enum.Parse<ColumnKind>(f.Metadata[KindKey]), f.Metadata[DirectionKey] == "out"));
        var layouts = JsonSerializer.Deserialize<int[][]>(schema.Metadata[LayoutsKey])!;
        return new ChunkSchema(
            [.. layouts.Select(l => new ColumnLayout([.. l.Select(i => values[i])]))],
            values,
            fields.ConvertAll(f => f.Name),
            hasCalls: all.Count > fields.Count,
            hasShare: all.Count > fields.Count + CallFields,
            hasErrors: all.Count > fields.Count + CallFields + 1);
    }

    /// <summary>The layout's number, or −1 when the chunk has none such.</summary>
    public int NumberOf(ColumnLayout layout) => _numbers.GetValueOrDefault(layout, -1);

    /// <summary>Which of <see cref="Values"/> the columns of a layout are, in its order.</summary>
    public ReadOnlySpan<int> ColumnsOf(int layout) => _columns[layout];

    private static int IndexOf(IReadOnlyList<LayoutColumn> values, LayoutColumn column)
    {
        for (var i = 0; i < values.Count; i++)
        {
            if (values[i] == column)
            {
                return i;
            }
        }

        throw new ArgumentException($"The column {column.Name} is not in the chunk.", nameof(column));
    }

    private static IArrowType TypeOf(ColumnKind kind) => kind switch
    {
        ColumnKind.Number => DoubleType.Default,
        ColumnKind.Vector => Doubles,
        _ => StringType.Default,
    };

    private Schema Build()
    {
        var time = new TimestampType(TimeUnit.Microsecond, "UTC");
        var fields = new List<Field>
        {
            new("prediction_id", StringType.Default, nullable: false),
            new("event_time", time, nullable: false),
            new("arrived_at", time, nullable: false),
            new("model", StringType.Default, nullable: false),
            new("version", StringType.Default, nullable: false),
            new("role", StringType.Default, nullable: false),
            new("rollout", StringType.Default, nullable: true),
            new("weight", DoubleType.Default, nullable: false),
            new("milliseconds", DoubleType.Default, nullable: false),
            new("failed", BooleanType.Default, nullable: false),
            new("sticky_key", StringType.Default, nullable: true),
            new("unit", Int64Type.Default, nullable: false),
            new("segments", StringType.Default, nullable: true),
        };
        for (var i = 0; i < Values.Count; i++)
        {
            var metadata = new Dictionary<string, string>
            {
                [NameKey] = Values[i].Name,
                [KindKey] = Values[i].Kind.ToString(),
                [DirectionKey] = Values[i].IsOutput ? "out" : "in",
            };
            fields.Add(new Field(Names[i], TypeOf(Values[i].Kind), nullable: true, metadata));
        }

        if (HasCalls)
        {
            fields.AddRange(
            [
                new("parse_us", FloatType.Default, nullable: false),
                new("queue_us", FloatType.Default, nullable: false),
                new("run_us", FloatType.Default, nullable: false),
                new("write_us", FloatType.Default, nullable: false),
                new("batch", Int64Type.Default, nullable: false),
                new("batch_rows", Int32Type.Default, nullable: false),
            ]);
        }

        if (HasShare)
        {
            fields.Add(new(ShareField, DoubleType.Default, nullable: false));
        }

        if (HasErrors)
        {
            fields.Add(new(ErrorField, StringType.Default, nullable: true));
        }

        return new Schema(fields, new Dictionary<string, string> { [LayoutsKey] = JsonSerializer.Serialize(_columns) });
    }
}
