using FluentMigrator;

namespace Slipway.Retraining.Migrations;

/// <summary>Projects, runs of the pipeline, and which recipe became which version.</summary>
[Migration(Number, "Retraining: projects, pipeline_runs, pipeline_recipes")]
internal sealed class M2026112460_Projects : Migration
{
    public const long Number = 2026112460;

    public override void Up()
    {
        Create.Table("projects")
            .WithColumn("model").AsString().NotNullable().PrimaryKey()
            .WithColumn("yaml").AsString().NotNullable()
            .WithColumn("folder").AsString().NotNullable()
            .WithColumn("applied_at").AsString().NotNullable()
            .WithColumn("applied_by").AsString().NotNullable();

        Create.Table("pipeline_runs")
            .WithColumn("id").AsString().NotNullable().PrimaryKey()
            .WithColumn("model").AsString().NotNullable()
            .WithColumn("state").AsString().NotNullable()
            .WithColumn("started_at").AsString().NotNullable()
            .WithColumn("document").AsString().NotNullable();
        Create.Index("pipeline_runs_by_model").OnTable("pipeline_runs").OnColumn("model").Ascending().OnColumn("started_at").Descending();

        Create.Table("pipeline_recipes")
            .WithColumn("model").AsString().NotNullable().PrimaryKey()
            .WithColumn("recipe").AsString().NotNullable().PrimaryKey()
            .WithColumn("version").AsString().NotNullable()
            .WithColumn("facts").AsString().NotNullable();
    }

    public override void Down()
    {
        Delete.Table("pipeline_recipes");
        Delete.Table("pipeline_runs");
        Delete.Table("projects");
    }
}
