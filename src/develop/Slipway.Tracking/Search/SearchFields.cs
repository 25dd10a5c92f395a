namespace Slipway.Tracking.Search;

/// <summary>What can be asked of experiments and of runs.</summary>
internal static class SearchFields
{
    /// <summary>Runs of a list of experiments.</summary>
    public static FieldSet Runs { get; } = OfRuns();

    /// <summary>Experiments.</summary>
    public static FieldSet Experiments { get; } = OfExperiments();

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
