using System.Text.Json;

namespace Slipway.Registry.Cards.Sections;

/// <summary>What validation found, as it is kept with the version. What an older or other validator left out is not there.</summary>
/// <param name="Gates">The judged gates.</param>
/// <param name="Metrics">Metrics on the held-out rows.</param>
/// <param name="Segments">The same by segment.</param>
/// <param name="At">When it was judged; null when it never was.</param>
internal sealed record Evidence(IReadOnlyList<EvidenceGate> Gates, IReadOnlyDictionary<string, double> Metrics, IReadOnlyList<EvidenceSegment> Segments, DateTimeOffset? At)
{
    public static Evidence None { get; } = new([], new Dictionary<string, double>(), [], null);

    /// <summary>The gates of one kind: of <c>fairness</c>, those whose names begin with <c>fairness.</c></summary>
    public IReadOnlyList<EvidenceGate> Of(string kind) => [.. Gates.Where(gate => gate.Gate.StartsWith(kind + ".", StringComparison.Ordinal))];

    /// <summary>Reads what a validator left, whatever its shape: only what is understood is taken.</summary>
    public static Evidence Read(JsonElement evidence, DateTimeOffset at)
    {
        var whole = evidence.ValueKind == JsonValueKind.Object;
        var gates = evidence.ValueKind == JsonValueKind.Array ? evidence : whole && evidence.TryGetProperty("gates", out var listed) ? listed : default;
        var segments = whole && evidence.TryGetProperty("segments", out var found) ? found : default;
        return new Evidence(
            [.. Items(gates).Where(gate => Text(gate, "gate") is not null).Select(Gate)],
            Numbers(whole ? evidence : default),
            [.. Items(segments).Where(segment => Text(segment, "segment") is not null).Select(segment => new EvidenceSegment(Text(segment, "segment")!, (long?)Number(segment, "rows"), Numbers(segment)))],
            at);
    }

    private static EvidenceGate Gate(JsonElement gate) => new(
        Text(gate, "gate")!, Text(gate, "verdict") ?? "", Text(gate, "limit"), Number(gate, "value"), Number(gate, "low"), Number(gate, "high"), (long?)Number(gate, "rows"), Text(gate, "sentence"));

    private static IEnumerable<JsonElement> Items(JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Object) : [];

    private static Dictionary<string, double> Numbers(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("metrics", out var metrics) && metrics.ValueKind == JsonValueKind.Object
            ? metrics.EnumerateObject().Where(metric => metric.Value.ValueKind == JsonValueKind.Number).ToDictionary(metric => metric.Name, metric => metric.Value.GetDouble())
            : [];

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static double? Number(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
}

/// <summary>A judged gate.</summary>
internal sealed record EvidenceGate(string Gate, string Verdict, string? Limit, double? Value, double? Low, double? High, long? Rows, string? Sentence);

/// <summary>Metrics of a segment.</summary>
internal sealed record EvidenceSegment(string Segment, long? Rows, IReadOnlyDictionary<string, double> Metrics);
