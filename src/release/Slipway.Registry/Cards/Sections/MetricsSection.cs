namespace Slipway.Registry.Cards.Sections;

/// <summary>How the version performs on rows that training did not see, overall and by segment.</summary>
internal sealed class MetricsSection(EvidenceReader evidence) : ICardSection
{
    private const int MostSegments = 200;

    public string Name => "metrics";

    public string Title => "Metrics";

    public int Order => CardOrder.Metrics;

    public async Task<CardSection?> ReadAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        var found = await evidence.ReadAsync(version, cancellationToken);
        var names = version.Metrics.Keys.Order(StringComparer.Ordinal).ToList();
        var tables = new List<CardTable>();
        if (names.Count > 0)
        {
            tables.Add(new CardTable("On held-out rows", ["Metric", "Value"], [.. names.Select(name => new object?[] { name, version.Metrics[name] })]));
        }

        if (found.Segments.Count > 0)
        {
            var columns = found.Segments.SelectMany(segment => segment.Metrics.Keys).Distinct().ToList();
            tables.Add(new CardTable(
                "By segment",
                ["Segment", "Rows", .. columns],
                [.. found.Segments.Take(MostSegments).Select(segment => (object?[])[segment.Segment, segment.Rows, .. columns.Select(column => (object?)(segment.Metrics.TryGetValue(column, out var value) ? value : null))])]));
        }

        string[] notes =
        [
            .. names.Count == 0 ? ["No metric is known: the version was registered without any."] : Array.Empty<string>(),
            .. found.Segments.Count == 0 ? ["Nothing is known by segment. `data.segments` names the columns to measure by."] : Array.Empty<string>(),
        ];
        return new CardSection(Name, Title) { Tables = tables, Notes = notes };
    }
}
