using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Core.Projects;
using Slipway.Datasets;

namespace Slipway.Demo;

/// <summary>What happened hour by hour: the requests of each day, and the truth that is known a day later.</summary>
internal sealed class History
{
    private readonly Table _rows;
    private readonly DataSection _data;
    private readonly TimeColumn _time;
    private readonly NumberColumn _label;
    private readonly Dictionary<DateOnly, List<int>> _days = [];

    public History(Table rows, DataSection data)
    {
        _rows = rows;
        _data = data;
        _time = (TimeColumn)rows[data.Time!];
        _label = (NumberColumn)rows[data.Label!];
        Features = [.. rows.Columns.Where(column => column is not TimeColumn && column.Name != data.Label)];
        for (var row = 0; row < rows.Rows; row++)
        {
            var day = DateOnly.FromDateTime(_time.Values[row]!.Value);
            (_days.TryGetValue(day, out var list) ? list : _days[day] = []).Add(row);
        }
    }

    /// <summary>The columns that a model is asked with.</summary>
    public IReadOnlyList<Column> Features { get; }

    /// <summary>How many rows there are.</summary>
    public int Rows => _rows.Rows;

    public DateOnly FirstDay => _days.Keys.Min();

    public DateOnly LastDay => _days.Keys.Max();

    /// <summary>The rows of a day, in order of time; empty when there are none.</summary>
    public IReadOnlyList<int> RowsOf(DateOnly day) => _days.GetValueOrDefault(day) ?? [];

    /// <summary>A row as a request of the Open Inference Protocol.</summary>
    public JsonObject Request(int row) => new()
    {
        ["id"] = IdOf(row),
        ["parameters"] = new JsonObject { ["event_time"] = TimeOf(row) },
        ["inputs"] = new JsonArray([.. Features.Select(feature => new JsonObject
        {
            ["name"] = feature.Name,
            ["datatype"] = feature is TextColumn ? "BYTES" : "FP64",
            ["shape"] = new JsonArray(1),
            ["data"] = new JsonArray(Value(feature, row)),
        })]),
    };

    /// <summary>The truth about a row, as it is reported a day after.</summary>
    public JsonObject Outcome(int row) => new()
    {
        ["id"] = IdOf(row),
        ["label"] = _label.Values[row],
        ["time"] = _time.Values[row]!.Value.AddDays(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
    };

    private string IdOf(int row) => _time.Values[row]!.Value.ToString("'hour-'yyyy-MM-dd'T'HH", CultureInfo.InvariantCulture);

    private string TimeOf(int row) => _time.Values[row]!.Value.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static JsonNode? Value(Column feature, int row) => feature switch
    {
        TextColumn text => text.At(row),
        NumberColumn number when double.IsNaN(number.Values[row]) => null,
        NumberColumn number => number.Values[row],
        _ => throw new UnreachableException(),
    };
}
