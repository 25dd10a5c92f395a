using FluentMigrator;

namespace Slipway.Registry.Migrations;

/// <summary>Registered versions by the logged model that they came of, which a client names or whose address (<c>models:/ID</c>) it gives as their source.</summary>
[Migration(Number, "Registry: versions by their logged model")]
internal sealed class M2026113080_VersionsByLoggedModel : Migration
{
    public const long Number = 2026113080;

    private const string FromSource = """
        update registered_versions set model_id = rtrim(substr(source, 9), '/')
        where model_id is null and substr(source, 1, 10) = 'models:/m-' and rtrim(source, '/') not like 'models:/%/%' and source not like '%@%'
        """;

    public override void Up()
    {
        Execute.Sql(FromSource);
        Create.Index("registered_versions_by_logged_model").OnTable("registered_versions").OnColumn("model_id").Ascending();
    }

    public override void Down() => Delete.Index("registered_versions_by_logged_model").OnTable("registered_versions");
}
