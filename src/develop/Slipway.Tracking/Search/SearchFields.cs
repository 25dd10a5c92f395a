namespace Slipway.Tracking.Search;

/// <summary>What can be asked of experiments, runs and logged models.</summary>
internal static class SearchFields
{
    /// <summary>Runs of a list of experiments.</summary>
    public static FieldSet Runs { get; } = OfRuns();

    /// <summary>Experiments.</summary>
    public static FieldSet Experiments { get; } = OfExperiments();

    private static readonly SeveralRows AllMetrics = new(["timestamp", "step", "run", "dataset_name", "dataset_digest"], []);

    private static readonly FieldSet Models = OfLoggedModels();

    /// <summary>Logged models of a list of experiments, of whose metrics those count that were measured on one of <paramref name="datasets"/>; all where none is named.</summary>
    public static FieldSet LoggedModels(IReadOnlyList<MetricDataset> datasets) => datasets.Count == 0 ? Models : Models with
    {
        Keyed = new Dictionary<string, (FieldKind Kind, KeyedTable Table)>(Models.Keyed, StringComparer.Ordinal) { ["metric"] = MetricsOf(AllMetrics with { Datasets = datasets }) },
    };

    private static (FieldKind Kind, KeyedTable Table) MetricsOf(SeveralRows rows) => (FieldKind.Metric, new KeyedTable("logged_model_metrics", "model", Scope: null) { Several = rows });

    private static FieldSet OfLoggedModels()
    {
        var id = new ColumnField("model_id", FieldKind.Text, "model_id") { Index = ColumnIndex.Unique };
        var created = new ColumnField("creation_timestamp", FieldKind.Number, "created_at") { Index = ColumnIndex.InScope };
        var updated = new ColumnField("last_updated_timestamp", FieldKind.Number, "updated_at");
        var columns = new Dictionary<string, ColumnField>(StringComparer.Ordinal)
        {
            ["model_id"] = id,
            ["name"] = new("name", FieldKind.Text, "name"),
            ["model_type"] = new("model_type", FieldKind.Text, "model_type") { IsNullable = true },
            ["status"] = new("status", FieldKind.Text, "status"),
            ["source_run_id"] = new("source_run_id", FieldKind.Text, "source_run_id") { IsNullable = true, Index = ColumnIndex.Unique },
            ["creation_timestamp"] = created,
            ["creation_timestamp_ms"] = created,
            ["creation_time"] = created,
            ["last_updated_timestamp"] = updated,
            ["last_updated_timestamp_ms"] = updated,
            ["last_updated_time"] = updated,
        };
        return new FieldSet("logged_models", columns, [new OrderTerm(created, Descending: true), new OrderTerm(id, Descending: false)])
        {
            Scope = "experiment",
            Keyed = new Dictionary<string, (FieldKind, KeyedTable)>(StringComparer.Ordinal)
            {
                ["metric"] = MetricsOf(AllMetrics),
                ["parameter"] = (FieldKind.Text, new KeyedTable("logged_model_params", "model", "experiment")),
                ["tag"] = (FieldKind.Text, new KeyedTable("logged_model_tags", "model", "experiment")),
            },
        };
    }

    private static FieldSet OfRuns()
    {
        var runId = new ColumnField("run_id", FieldKind.Text, "run_id") { Index = ColumnIndex.Unique };
        var name = new ColumnField("run_name", FieldKind.Text, "name");
        var start = new ColumnField("start_time", FieldKind.Number, "start_time") { Index = ColumnIndex.InScope };
        var columns = new Dictionary<string, ColumnField>(StringComparer.Ordinal)
        {
            ["run_id"] = runId,
            ["run_name"] = name,
            ["run name"] = name,
            ["Run name"] = name,
            ["Run Name"] = name,
            ["status"] = new("status", FieldKind.Text, "status"),
            ["user_id"] = new("user_id", FieldKind.Text, "user_id"),
            ["artifact_uri"] = new("artifact_uri", FieldKind.Text, "artifact_uri"),
            ["start_time"] = start,
            ["created"] = start,
            ["Created"] = start,
            ["end_time"] = new("end_time", FieldKind.Number, "end_time") { IsNullable = true },
        };
        return new FieldSet("runs", columns, [new OrderTerm(start, Descending: true), new OrderTerm(runId, Descending: false)])
        {
            Scope = "experiment",
            Keyed = new Dictionary<string, (FieldKind, KeyedTable)>(StringComparer.Ordinal)
            {
                ["metric"] = (FieldKind.Metric, new KeyedTable("run_metrics", "run", "experiment")),
                ["parameter"] = (FieldKind.Text, new KeyedTable("run_params", "run", "experiment")),
                ["tag"] = (FieldKind.Text, new KeyedTable("run_tags", "run", "experiment")),
            },
            Related = new Dictionary<string, (RelatedRows, IReadOnlyDictionary<string, string>)>(StringComparer.Ordinal)
            {
                ["dataset"] = (
                    new RelatedRows("run_inputs i join datasets s on s.id = i.dataset", "i.run"),
                    new Dictionary<string, string>(StringComparer.Ordinal) { ["name"] = "s.name", ["digest"] = "s.digest", ["context"] = "i.context" }),
            },
        };
    }

    private static FieldSet OfExperiments()
    {
        var id = new ColumnField("experiment_id", FieldKind.Number, "id");
        var created = new ColumnField("creation_time", FieldKind.Number, "created_at");
        var columns = new Dictionary<string, ColumnField>(StringComparer.Ordinal)
        {
            ["experiment_id"] = id,
            ["name"] = new("name", FieldKind.Text, "name"),
            ["creation_time"] = created,
            ["last_update_time"] = new("last_update_time", FieldKind.Number, "updated_at"),
        };
        return new FieldSet("experiments", columns, [new OrderTerm(id, Descending: true)])
        {
            DefaultOrder = [new OrderTerm(created, Descending: true), new OrderTerm(id, Descending: false)],
            Keyed = new Dictionary<string, (FieldKind, KeyedTable)>(StringComparer.Ordinal)
            {
                ["tag"] = (FieldKind.Text, new KeyedTable("experiment_tags", "experiment", Scope: null)),
            },
        };
    }
}
