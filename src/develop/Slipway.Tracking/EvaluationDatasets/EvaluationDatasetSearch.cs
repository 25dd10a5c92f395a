using System.Globalization;
using Slipway.Mlflow;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.EvaluationDatasets;

/// <summary>What can be asked of evaluation datasets, and the pages of one's records.</summary>
internal static class EvaluationDatasetSearch
{
    private static readonly FieldSet Datasets = OfDatasets();

    private static readonly FieldSet Records = new("evaluation_records", new Dictionary<string, ColumnField>(), [new OrderTerm(new ColumnField("id", FieldKind.Number, "id"), Descending: false)])
    {
        Scope = "dataset",
        MostResults = EvaluationLimits.Page,
    };

    /// <summary>Datasets of some experiments (of all, where none is named), the newest first where the order does not say.</summary>
    public static SearchQuery Of(MlflowFields fields)
    {
        var experiments = fields.Texts("experiment_ids");
        if (experiments.Count > EvaluationLimits.Experiments)
        {
            throw SearchError.Of(string.Create(CultureInfo.InvariantCulture, $"A search takes at most {EvaluationLimits.Experiments} experiment_ids, but got {experiments.Count}."));
        }

        // Numbers, whatever the caller wrote: one that is none is -1, which no experiment has.
        var numbers = experiments.Select(ExperimentStore.NumberOf).Distinct().Order().Select(number => number.ToString(CultureInfo.InvariantCulture)).ToArray();
        var set = numbers.Length == 0 ? Datasets : Datasets with
        {
            Condition = $"exists (select 1 from evaluation_dataset_experiments x where x.dataset = r.id and x.experiment in ({string.Join(',', numbers)}))",
        };
        var filter = fields.Text("filter_string");
        var order = fields.Texts("order_by");
        return SearchQuery.For(
            set,
            scope: null,
            FilterParser.Parse(filter, set),
            OrderParser.Parse(order, set),
            ViewType.All,
            fields.PageSize(EvaluationLimits.Page, EvaluationLimits.Page),
            fields.Text("page_token"),
            ["experiments", .. numbers, "filter", filter ?? "", "order", .. order]);
    }

    /// <summary>A dataset's records in the order in which they came. A page has no more than a thousand, however many are asked for: each record may have any size.</summary>
    public static SearchQuery OfRecords(MlflowFields fields, EvaluationDataset dataset)
    {
        var most = Math.Min(fields.PageSize(EvaluationLimits.Page, int.MaxValue), EvaluationLimits.Page);
        return SearchQuery.For(Records, [dataset.Id], filter: null, [], ViewType.All, most, fields.Text("page_token"));
    }

    private static FieldSet OfDatasets()
    {
        var created = new ColumnField("created_time", FieldKind.Number, "created_at");
        var columns = new Dictionary<string, ColumnField>(StringComparer.Ordinal)
        {
            ["name"] = new("name", FieldKind.Text, "name"),
            ["dataset_id"] = new("dataset_id", FieldKind.Text, "dataset_id"),
            ["created_by"] = new("created_by", FieldKind.Text, "created_by"),
            ["last_updated_by"] = new("last_updated_by", FieldKind.Text, "updated_by"),
            ["created_time"] = created,
            ["last_update_time"] = new("last_update_time", FieldKind.Number, "updated_at"),
        };
        return new FieldSet("evaluation_datasets", columns, [new OrderTerm(created, Descending: true), new OrderTerm(columns["dataset_id"], Descending: false)])
        {
            Keyed = new Dictionary<string, (FieldKind, KeyedTable)>(StringComparer.Ordinal) { ["tag"] = (FieldKind.Text, new KeyedTable("evaluation_dataset_tags", "dataset", Scope: null)) },
            MostResults = EvaluationLimits.Page,
        };
    }
}
