using System.Globalization;
using Slipway.Core.Errors;
using Slipway.Core.Text;
using Slipway.Mlflow;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.Search;

namespace Slipway.Tracking.Traces.Figures;

/// <summary>A question for figures, read and checked.</summary>
internal sealed record FigureQuery
{
    private const int MostAggregations = 50;
    private const int MostFilters = 100;
    private const int MostPoints = 10_000;
    private const int UsualPoints = 1000;

    // A year, in seconds.
    private const long LongestInterval = 366 * 24 * 3600;

    private static readonly Type[] TokenTypes = [typeof(long)];

    public required FigureView View { get; init; }

    public required string Metric { get; init; }

    public required IReadOnlyList<Aggregation> Aggregations { get; init; }

    public required IReadOnlyList<string> Dimensions { get; init; }

    public required IReadOnlyList<Comparison> Conditions { get; init; }

    public required IReadOnlyList<long> Experiments { get; init; }

    /// <summary>Seconds of a time bucket; null for one over all time.</summary>
    public required long? Interval { get; init; }

    /// <summary>Traces that began from then on.</summary>
    public required long? Start { get; init; }

    /// <summary>Traces that began up to then.</summary>
    public required long? End { get; init; }

    /// <summary>The size of a page, and how many points come before it.</summary>
    public required int Most { get; init; }

    public required long Skip { get; init; }

    private string Fingerprint { get; init; } = "";

    public Figure Figure => View.Figures[Metric];

    public string NextToken => PageToken.Write(Fingerprint, [Skip + Most]);

    public static FigureQuery Read(MlflowFields fields)
    {
        var view = FigureView.All[fields.Choice<MetricViewType>("view_type") ?? throw fields.Missing("view_type")];
        var metric = fields.RequiredText("metric_name");
        var figure = view.Figures.GetValueOrDefault(metric) ?? throw fields.Invalid("metric_name", metric, OneOf(metric, view.Figures.Keys));
        var dimensions = fields.Texts("dimensions").Distinct(StringComparer.Ordinal).ToList();
        if (dimensions.Find(dimension => !view.Dimensions.ContainsKey(dimension)) is { } unknown)
        {
            throw fields.Invalid("dimensions", unknown, OneOf(unknown, view.Dimensions.Keys));
        }

        var filters = Limited(fields, "filters", fields.Texts("filters"), MostFilters);
        var query = new FigureQuery
        {
            View = view,
            Metric = metric,
            Aggregations = AggregationsOf(fields, metric, figure),
            Dimensions = dimensions,
            Conditions = [.. filters.SelectMany(filter => FigureFilter.Parse(filter, view))],
            Experiments = ExperimentsOf(fields),
            Interval = fields.Integer("time_interval_seconds"),
            Start = fields.Moment("start_time_ms"),
            End = fields.Moment("end_time_ms"),
            Most = fields.PageSize(UsualPoints, MostPoints),
            Skip = 0,
        };
        return query.CheckTime(fields).At(fields.Text("page_token"), filters);
    }

    /// <summary>The experiments that must be named, each once.</summary>
    public static IReadOnlyList<long> ExperimentsOf(MlflowFields fields) =>
        SearchQuery.ScopeOf([.. fields.Texts("experiment_ids").Select(ExperimentStore.NumberOf)]) is { Count: > 0 } experiments ? experiments : throw fields.Missing("experiment_ids");

    private static string OneOf(string given, IEnumerable<string> valid) =>
        $"It is one of {string.Join(", ", valid.Select(name => $"'{name}'"))}.{Suggest.DidYouMean(given, valid)}";

    private static IReadOnlyList<T> Limited<T>(MlflowFields fields, string name, IReadOnlyList<T> items, int most) => items.Count <= most
        ? items
        : throw new SlipwayException(ErrorKind.InvalidInput, string.Create(CultureInfo.InvariantCulture, $"'{fields.PathOf(name)}' has {items.Count} items; at most {most} are taken."));

    private static Aggregation[] AggregationsOf(MlflowFields fields, string metric, Figure figure)
    {
        Aggregation[] aggregations = [.. Limited(fields, "aggregations", fields.Messages("aggregations"), MostAggregations).Select(Aggregation.Read).Distinct()];
        return aggregations.Length == 0 ? throw fields.Missing("aggregations")
            : figure.IsCount && Array.Find(aggregations, a => a.Type != AggregationType.Count) is { } wrong
                ? throw fields.Invalid("aggregations", MlflowFields.NameOf(wrong.Type), $"'{metric}' is a count, so COUNT is all that can be asked of it.")
                : aggregations;
    }

    private FigureQuery CheckTime(MlflowFields fields)
    {
        if (Interval is { } seconds)
        {
            if (seconds is < 1 or > LongestInterval)
            {
                throw fields.Invalid(
                    "time_interval_seconds", seconds.ToString(CultureInfo.InvariantCulture), string.Create(CultureInfo.InvariantCulture, $"It is from 1 to {LongestInterval}."));
            }

            if (Start is null || End is null)
            {
                throw new SlipwayException(ErrorKind.InvalidInput, "start_time_ms and end_time_ms are required if time_interval_seconds is set.");
            }
        }

        return Start > End
            ? throw fields.Invalid("end_time_ms", End.Value.ToString(CultureInfo.InvariantCulture), "It is not before start_time_ms.")
            : this;
    }

    private FigureQuery At(string? token, IReadOnlyList<string> filters)
    {
        var fingerprint = PageToken.Fingerprint(
        [
            "trace_metrics", View.From, Metric, string.Join(',', Experiments), string.Create(CultureInfo.InvariantCulture, $"{Interval} {Start} {End}"),
            string.Join(',', Dimensions), string.Join(',', Aggregations.Select(aggregation => aggregation.Name)), .. filters,
        ]);
        var skip = string.IsNullOrEmpty(token) ? 0 : (long)PageToken.Read(token, fingerprint, TokenTypes)[0];
        return this with { Fingerprint = fingerprint, Skip = Math.Max(0, skip) };
    }
}
