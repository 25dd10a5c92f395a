using System.Text.RegularExpressions;

namespace Slipway.Tracking.Traces.Figures;

/// <summary>Filters of figures: <c>trace.status = 'OK'</c>, <c>trace.tag.KEY</c>, <c>trace.metadata.KEY</c>, and of the rows that are measured <c>span.name</c> or <c>assessment.name</c>, in the grammar of the search.</summary>
internal static partial class FigureFilter
{
    private static readonly FieldSet Fields = TraceSearch.Fields with
    {
        Prefixes = new Dictionary<string, string>(TraceSearch.Fields.Prefixes, StringComparer.Ordinal) { ["assessment"] = "assessment" },
        Related = new Dictionary<string, (RelatedRows, IReadOnlyDictionary<string, string>)>(TraceSearch.Fields.Related, StringComparer.Ordinal)
        {
            ["assessment"] = (
                new RelatedRows("trace_assessments a", "a.trace"),
                new Dictionary<string, string>(StringComparer.Ordinal) { ["name"] = "a.name", ["type"] = "case when a.is_feedback = 1 then 'feedback' else 'expectation' end" }),
        },
    };

    public static IReadOnlyList<Comparison> Parse(string filter, FigureView view) => FilterParser.Parse(LongPrefix().Replace(filter, "      "), FieldsOf(view));

    /// <summary>The condition of a comparison: on the row that is measured where it speaks of that, else on its trace.</summary>
    public static string Sql(Comparison comparison, FigureView view, SqlParameters parameters) =>
        comparison.Field is RelatedField related && view.Rows is { } rows && Fields.Related[rows].Rows == related.Rows
            ? ConditionSql.OfColumn(comparison, related.Column, parameters)
            : ConditionSql.OfThing(comparison, parameters);

    // Rows of another kind than those that are measured say nothing of them.
    private static FieldSet FieldsOf(FigureView view) => Fields with
    {
        Prefixes = Fields.Prefixes.Where(prefix => prefix.Value == view.Rows || !Fields.Related.ContainsKey(prefix.Value)).ToDictionary(StringComparer.Ordinal),
        Related = Fields.Related.Where(related => related.Key == view.Rows).ToDictionary(StringComparer.Ordinal),
    };

    // As many blanks take its place, so that positions in errors stay right.
    [GeneratedRegex(@"(?<![\w.`""'])trace\.(?=(tag|metadata)\.)", RegexOptions.CultureInvariant)]
    private static partial Regex LongPrefix();
}
