using FluentMigrator;

namespace Slipway.Registry.Migrations;

/// <summary>The versions of all models. Signature, metrics and lineage never change and are read whole, so they are JSON.</summary>
[Migration(Number, "Registry: model_versions")]
internal sealed class M2026112440_ModelVersions : Migration
{
    public const long Number = 2026112440;

    public override void Up()
    {
        Create.Table("model_versions")
            .WithColumn("model").AsString().NotNullable().PrimaryKey()
            .WithColumn("number").AsInt64().NotNullable().PrimaryKey()
            .WithColumn("version").AsString().NotNullable()
            .WithColumn("artifact_digest").AsString().NotNullable()
            .WithColumn("format").AsString().NotNullable()
            .WithColumn("signature").AsString().NotNullable()
            .WithColumn("metrics").AsString().NotNullable()
            .WithColumn("lineage").AsString().NotNullable()
            .WithColumn("version_reason").AsString().NotNullable()
            .WithColumn("created_at").AsString().NotNullable()
            .WithColumn("created_by").AsString().NotNullable()
            .WithColumn("state").AsString().NotNullable()
            .WithColumn("identity").AsString().NotNullable();

        Create.Index("ux_model_versions_version").OnTable("model_versions").OnColumn("model").Ascending().OnColumn("version").Ascending().WithOptions().Unique();
        Create.Index("ux_model_versions_identity").OnTable("model_versions").OnColumn("model").Ascending().OnColumn("identity").Ascending().WithOptions().Unique();
    }

    public override void Down() => Delete.Table("model_versions");
}
