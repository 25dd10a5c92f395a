using System.Globalization;
using Slipway.Core.Errors;
using Slipway.Mlflow;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.Search;

namespace Slipway.Tracking.LoggedModels;

/// <summary>
/// Reads a search of logged models. Its filter is in the grammar of runs; its order is a list of messages, each a field as it is named, without quotes; and datasets say which metrics count.
/// </summary>
internal static class LoggedModelSearch
{
    private const int MostDatasets = 100;

    private const string MetricPrefix = "metrics.";

    private static readonly string[] Texts = ["field_name", "dataset_name", "dataset_digest"];

    public static SearchQuery Of(MlflowFields fields)
    {
        var datasets = fields.Messages("datasets");
        if (datasets.Count > MostDatasets)
        {
            throw SearchError.Of(string.Create(CultureInfo.InvariantCulture, $"A search takes at most {MostDatasets} datasets, but got {datasets.Count}."));
        }

        var set = SearchFields.LoggedModels([.. datasets.Select(dataset => DatasetOf(dataset, dataset.RequiredLimited("dataset_name", Limits.DatasetName)))]);
        var filter = fields.Text("filter");
        var comparisons = FilterParser.Parse(filter, set);
        if (datasets.Count > 0 && !comparisons.Any(comparison => comparison.Field.Kind == FieldKind.Metric))
        {
            // Datasets without a condition on a metric: the models that were measured on one of them.
            comparisons = [.. comparisons, new Comparison(new OwnedField("datasets", set.Keyed["metric"].Table), Comparator.IsNotNull, [])];
        }

        var order = fields.Messages("order_by");
        return SearchQuery.For(
            set,
            SearchQuery.ScopeOf([.. fields.Texts("experiment_ids").Select(ExperimentStore.NumberOf)]),
            comparisons,
            OrderParser.Read(order, TermOf, set),
            ViewType.Active,
            fields.PageSize(Limits.ModelsDefault, Limits.SearchPage),
            fields.Text("page_token"),
            [filter ?? "", .. datasets.Select(Said), "order", .. order.Select(Said)]);
    }

    private static OrderTerm TermOf(MlflowFields term)
    {
        var name = term.RequiredLimited("field_name", MetricPrefix.Length + Limits.Key);
        var dataset = term.Limited("dataset_name", Limits.DatasetName);
        var isMetric = name.StartsWith(MetricPrefix, StringComparison.Ordinal);
        if (dataset.Length > 0 && !isMetric)
        {
            throw term.Invalid("dataset_name", dataset, "It may only be set if field_name is a metric, such as metrics.accuracy.");
        }

        if (dataset.Length == 0 && term.Text("dataset_digest") is { Length: > 0 } digest)
        {
            throw term.Invalid("dataset_digest", digest, "It may only be set if dataset_name is set, too.");
        }

        var set = SearchFields.LoggedModels(dataset.Length > 0 ? [DatasetOf(term, dataset)] : []);
        return !isMetric && name.Contains('.', StringComparison.Ordinal) ? throw term.Invalid("field_name", name, "Models are ordered by their attributes and by metrics, such as metrics.accuracy.")
            : set.TryFind(isMetric ? "metrics" : null, isMetric ? name[MetricPrefix.Length..] : name, out var field, out var mistake) ? new OrderTerm(field, !(term.Boolean("ascending") ?? true))
            : throw new SlipwayException(ErrorKind.InvalidInput, $"Invalid '{term.PathOf("field_name")}': {mistake}");
    }

    private static MetricDataset DatasetOf(MlflowFields fields, string name) => new(name, fields.Limited("dataset_digest", Limits.Key) is { Length: > 0 } digest ? digest : null);

    // What a page token is bound to.
    private static string Said(MlflowFields fields)
    {
        return $"{PageToken.Fingerprint(Texts.Select(name => fields.Text(name) ?? ""))} {fields.Boolean("ascending")}";
    }
}
