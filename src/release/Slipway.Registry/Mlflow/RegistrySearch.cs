using Slipway.Mlflow.Search;

namespace Slipway.Registry.Mlflow;

/// <summary>What can be asked of models and of their versions. Prompts, which MLflow keeps among them, are found only by who asks for their tag, as in MLflow.</summary>
internal static class RegistrySearch
{
    private static readonly FieldSet Models = OfModels();
    private static readonly FieldSet Versions = OfVersions();
    private static readonly FieldSet ModelsWithoutPrompts = Models with { Condition = Without("registered_model_tags", "model") };
    private static readonly FieldSet VersionsWithoutPrompts = Versions with { Condition = Without("registered_version_tags", "version") };

    /// <summary>Models, by name where <paramref name="orderBy"/> does not say.</summary>
    public static SearchQuery ForModels(string? filter, IReadOnlyList<string> orderBy, int maxResults, string? pageToken) =>
        SearchQuery.For(AsksForPrompts(filter) ? Models : ModelsWithoutPrompts, scope: null, filter, orderBy, ViewType.All, maxResults, pageToken);

    /// <summary>Versions, by their last change (newest first) where <paramref name="orderBy"/> does not say.</summary>
    public static SearchQuery ForVersions(string? filter, IReadOnlyList<string> orderBy, int maxResults, string? pageToken) =>
        SearchQuery.For(AsksForPrompts(filter) ? Versions : VersionsWithoutPrompts, scope: null, filter, orderBy, ViewType.All, maxResults, pageToken);

    private static bool AsksForPrompts(string? filter) => filter?.Contains(ModelTag.IsPrompt, StringComparison.Ordinal) == true;

    private static string Without(string tags, string owner) =>
        $"not exists (select 1 from {tags} p where p.{owner} = r.id and p.key = '{ModelTag.IsPrompt}' and p.value = 'true')";

    private static FieldSet OfModels()
    {
        var name = new ColumnField("name", FieldKind.Text, "name");
        var changed = new ColumnField("last_updated_timestamp", FieldKind.Number, "updated_at");
        var columns = new Dictionary<string, ColumnField>(StringComparer.Ordinal)
        {
            ["name"] = name,
            ["creation_timestamp"] = new("creation_timestamp", FieldKind.Number, "created_at"),
            ["last_updated_timestamp"] = changed,
            ["timestamp"] = changed,
        };
        return new FieldSet("registered_models", columns, [new OrderTerm(name, Descending: false)])
        {
            Keyed = Tags("registered_model_tags", "model"),
            MostResults = RegistryFields.ModelsPage,
        };
    }

    private static FieldSet OfVersions()
    {
        var name = new ColumnField("name", FieldKind.Text, "name");
        var number = new ColumnField("version_number", FieldKind.Number, "number");
        var changed = new ColumnField("last_updated_timestamp", FieldKind.Number, "updated_at");
        var columns = new Dictionary<string, ColumnField>(StringComparer.Ordinal)
        {
            ["name"] = name,
            ["version_number"] = number,
            ["version"] = number,
            ["run_id"] = new("run_id", FieldKind.Text, "run_id") { IsNullable = true },
            ["source_path"] = new("source_path", FieldKind.Text, "source"),
            ["creation_timestamp"] = new("creation_timestamp", FieldKind.Number, "created_at"),
            ["last_updated_timestamp"] = changed,
        };
        return new FieldSet("registered_versions", columns, [new OrderTerm(name, Descending: false), new OrderTerm(number, Descending: true)])
        {
            DefaultOrder = [new OrderTerm(changed, Descending: true)],
            Keyed = Tags("registered_version_tags", "version"),
            MostResults = RegistryFields.VersionsPage,
        };
    }

    private static Dictionary<string, (FieldKind Kind, KeyedTable Table)> Tags(string table, string owner) =>
        new(StringComparer.Ordinal) { ["tag"] = (FieldKind.Text, new KeyedTable(table, owner, Scope: null)) };
}
