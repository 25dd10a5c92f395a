using System.Globalization;
using System.Text.Json;

namespace Slipway.Tracking.Traces.Figures;

/// <summary>A figure of a view.</summary>
/// <param name="Value">The value of a row in SQL; null where rows are only counted.</param>
internal sealed record Figure(string? Value)
{
    /// <summary>Reads a value that is a text; null for one that is no number and does not count. Without it the value is a number.</summary>
    public Func<string, double?>? Read { get; init; }

    /// <summary>True where each value counts once, however often it occurs.</summary>
    public bool IsDistinct { get; init; }

    /// <summary>True where only the count says something.</summary>
    public bool IsCount => Value is null || IsDistinct;
}

/// <summary>Traces, spans or assessments: what can be measured of them, and by what. The trace is <c>r</c>, and their rows, where they are others, have the aliases that filters know.</summary>
/// <param name="From">Their tables.</param>
/// <param name="Milliseconds">Their moment.</param>
/// <param name="Figures">What is measured, by name.</param>
/// <param name="Dimensions">By what, in SQL, by name; a row that lacks one is left out.</param>
internal sealed record FigureView(string From, string Milliseconds, IReadOnlyDictionary<string, Figure> Figures, IReadOnlyDictionary<string, string> Dimensions)
{
    private const string NameOfTrace = $"(select t.value from trace_tags t where t.trace = r.id and t.key = '{TraceKeys.Name}')";

    /// <summary>The prefix of conditions on the rows themselves; null where the rows are the traces.</summary>
    public string? Rows { get; init; }

    public static IReadOnlyDictionary<MetricViewType, FigureView> All { get; } = new Dictionary<MetricViewType, FigureView>
    {
        [MetricViewType.Traces] = new(
            "traces r",
            "r.request_time",
            new Dictionary<string, Figure>(StringComparer.Ordinal)
            {
                ["trace_count"] = new(Value: null),
                ["session_count"] = new(MetadataOf(TraceKeys.Session)) { IsDistinct = true },
                ["latency"] = new("r.duration"),
                ["input_tokens"] = Tokens("input_tokens"),
                ["output_tokens"] = Tokens("output_tokens"),
                ["total_tokens"] = Tokens("total_tokens"),
                ["cache_read_input_tokens"] = Tokens("cache_read_input_tokens"),
                ["cache_creation_input_tokens"] = Tokens("cache_creation_input_tokens"),
            },
            new Dictionary<string, string>(StringComparer.Ordinal) { ["trace_name"] = NameOfTrace, ["trace_status"] = "r.state" }),
        [MetricViewType.Spans] = new(
            "trace_spans s join traces r on r.id = s.trace",
            "s.start_ns / 1000000",
            new Dictionary<string, Figure>(StringComparer.Ordinal)
            {
                ["span_count"] = new(Value: null),
                ["latency"] = new("(s.end_ns - s.start_ns) / 1000000.0"),
            },
            new Dictionary<string, string>(StringComparer.Ordinal) { ["span_name"] = "s.name", ["span_type"] = "s.type", ["span_status"] = "s.status" })
        {
            Rows = "span",
        },
        [MetricViewType.Assessments] = new(
            "trace_assessments a join traces r on r.id = a.trace and a.is_valid = 1",
            "a.created_at",
            new Dictionary<string, Figure>(StringComparer.Ordinal)
            {
                ["assessment_count"] = new(Value: null),
                ["assessment_value"] = new("a.value") { Read = Judged },
            },
            new Dictionary<string, string>(StringComparer.Ordinal) { ["assessment_name"] = "a.name", ["assessment_value"] = "a.value" })
        {
            Rows = "assessment",
        },
    };

    private static Figure Tokens(string key) => new(MetadataOf(TraceKeys.TokenUsage)) { Read = json => Member(json, key) };

    private static string MetadataOf(string key) => $"(select m.value from trace_metadata m where m.trace = r.id and m.key = '{key}')";

    // Judges say yes and no for true and false.
    private static double? Judged(string value) => value switch
    {
        "true" or "yes" => 1,
        "false" or "no" => 0,
        _ => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null,
    };

    private static double? Member(string json, string key)
    {
        try
        {
            using var usage = JsonDocument.Parse(json);
            return usage.RootElement.ValueKind == JsonValueKind.Object
                && usage.RootElement.TryGetProperty(key, out var tokens)
                && tokens.ValueKind == JsonValueKind.Number
                && tokens.TryGetDouble(out var number)
                && double.IsFinite(number)
                ? number
                : null;
        }
        catch (JsonException)
        {
            // A client wrote something else there.
            return null;
        }
    }
}
