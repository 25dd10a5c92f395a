using FluentMigrator;

namespace Slipway.Tracking.Migrations;

/// <summary>Scorers of an experiment by name, and their versions as they were registered.</summary>
[Migration(Number, "Tracking: scorers")]
internal sealed class M2026113053_Scorers : Migration
{
    public const long Number = 2026113053;

    public override void Up()
    {
        Create.Table("scorers")
            .WithColumn("id").AsInt64().PrimaryKey().Identity()
            .WithColumn("scorer_id").AsString().NotNullable().Unique()
            .WithColumn("experiment").AsInt64().NotNullable()
            .WithColumn("name").AsString().NotNullable()
            .WithColumn("last_version").AsInt64().NotNullable();

        Create.Table("scorer_versions")
            .WithColumn("scorer").AsInt64().PrimaryKey()
            .WithColumn("version").AsInt64().PrimaryKey()
            .WithColumn("serialized").AsString().NotNullable()
            .WithColumn("created_at").AsInt64().NotNullable();

        Create.Index("ux_scorers_name").OnTable("scorers").OnColumn("experiment").Ascending().OnColumn("name").Ascending().WithOptions().Unique();
    }

    public override void Down()
    {
        Delete.Table("scorer_versions");
        Delete.Table("scorers");
    }
}
