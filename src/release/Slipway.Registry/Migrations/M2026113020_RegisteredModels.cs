using FluentMigrator;

namespace Slipway.Registry.Migrations;

/// <summary>
/// What MLflow's clients see of the registry: models with description, tags and aliases, and one row for every version under its number, whether Slipway can serve it or a client only told where
/// it lies. Moments are milliseconds since 1970, as MLflow's clients send and sort them.
/// </summary>
[Migration(Number, "Registry: models and versions as MLflow's clients see them")]
internal sealed class M2026113020_RegisteredModels : Migration
{
    public const long Number = 2026113020;

    // The versions that were registered before, each under the number that it has.
    private const string Existing = """
        insert into registered_models (name, description, created_at, updated_at, created_by, last_number)
        select model, '', min(moment), max(moment), (select first.created_by from model_versions first where first.model = v.model order by first.number limit 1), max(number)
        from (select model, number, cast(strftime('%s', substr(created_at, 1, 19)) as integer) * 1000 + cast(substr(created_at, 21, 3) as integer) as moment from model_versions) v
        group by model;

        insert into registered_versions (model, name, number, version, source, run_id, description, created_by, stage, created_at, updated_at)
        select m.id, v.model, v.number, v.version, 'mlflow-artifacts:/slipway-models/' || v.model || '/' || v.number, json_extract(v.lineage, '$.runId'),
               v.version || ' (' || v.version_reason || ')', v.created_by, 'None', v.moment, v.moment
        from (select *, cast(strftime('%s', substr(created_at, 1, 19)) as integer) * 1000 + cast(substr(created_at, 21, 3) as integer) as moment from model_versions) v
        join registered_models m on m.name = v.model
        order by v.created_at, v.model, v.number;

        insert into registered_version_tags (version, key, value)
        select id, 'slipway.version', version from registered_versions;
        """;

    public override void Up()
    {
        Create.Table("registered_models")
            .WithColumn("id").AsInt64().PrimaryKey().Identity()
            .WithColumn("name").AsString().NotNullable().Unique()
            .WithColumn("description").AsString().NotNullable()
            .WithColumn("created_at").AsInt64().NotNullable()
            .WithColumn("updated_at").AsInt64().NotNullable()
            .WithColumn("created_by").AsString().NotNullable()
            .WithColumn("last_number").AsInt64().NotNullable();

        Create.Table("registered_model_tags")
            .WithColumn("model").AsInt64().PrimaryKey()
            .WithColumn("key").AsString().PrimaryKey()
            .WithColumn("value").AsString().NotNullable();

        Create.Table("registered_model_aliases")
            .WithColumn("model").AsInt64().PrimaryKey()
            .WithColumn("alias").AsString().PrimaryKey()
            .WithColumn("number").AsInt64().NotNullable();

        Create.Table("registered_versions")
            .WithColumn("id").AsInt64().PrimaryKey().Identity()
            .WithColumn("model").AsInt64().NotNullable()
            .WithColumn("name").AsString().NotNullable()
            .WithColumn("number").AsInt64().NotNullable()
            .WithColumn("version").AsString().Nullable()
            .WithColumn("source").AsString().NotNullable()
            .WithColumn("location").AsString().Nullable()
            .WithColumn("run_id").AsString().Nullable()
            .WithColumn("run_link").AsString().Nullable()
            .WithColumn("model_id").AsString().Nullable()
            .WithColumn("description").AsString().NotNullable()
            .WithColumn("created_by").AsString().NotNullable()
            .WithColumn("stage").AsString().NotNullable()
            .WithColumn("created_at").AsInt64().NotNullable()
            .WithColumn("updated_at").AsInt64().NotNullable();

        Create.Table("registered_version_tags")
            .WithColumn("version").AsInt64().PrimaryKey()
            .WithColumn("key").AsString().PrimaryKey()
            .WithColumn("value").AsString().NotNullable();

        Create.Index("ux_registered_versions_number").OnTable("registered_versions").OnColumn("model").Ascending().OnColumn("number").Ascending().WithOptions().Unique();
        Create.Index("registered_versions_by_name").OnTable("registered_versions").OnColumn("name").Ascending().OnColumn("number").Ascending();
        Create.Index("registered_versions_by_run").OnTable("registered_versions").OnColumn("run_id").Ascending();
        Create.Index("registered_versions_by_change")
            .OnTable("registered_versions").OnColumn("updated_at").Descending().OnColumn("name").Ascending().OnColumn("number").Descending();
        IfDatabase("sqlite").Execute.Sql(Existing);
    }

    public override void Down()
    {
        foreach (var table in new[] { "registered_version_tags", "registered_versions", "registered_model_aliases", "registered_model_tags", "registered_models" })
        {
            Delete.Table(table);
        }
    }
}
