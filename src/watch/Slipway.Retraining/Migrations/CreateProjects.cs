using FluentMigrator;

namespace Slipway.Retraining.Migrations;

/// <summary>Projects, runs of the pipeline, and which recipe became which version.</summary>
[Migration(Number)]
public sealed class CreateProjects : ForwardOnlyMigration
{
    internal const long Number = 2026112460;

    /// <inheritdoc/>
    public override void Up()
    {
        Create.Table("projects")
            .WithColumn("model").AsString().PrimaryKey()
            .WithColumn("yaml").AsString(int.MaxValue).NotNullable()
            .WithColumn("folder").AsString(int.MaxValue).NotNullable()
            .WithColumn("applied_at").AsString().NotNullable()
            .WithColumn("applied_by").AsString().NotNullable();

        Create.Table("pipeline_runs")
            .WithColumn("id").AsString().PrimaryKey()
            .WithColumn("model").AsString().NotNullable()
            .WithColumn("state").AsString().NotNullable()
            .WithColumn("started_at").AsString().NotNullable()
            .WithColumn("document").AsString(int.MaxValue).NotNullable();
        Create.Index("pipeline_runs_by_model").OnTable("pipeline_runs").OnColumn("model").Ascending().OnColumn("started_at").Descending();

        Create.Table("pipeline_recipes")
            .WithColumn("model").AsString().PrimaryKey()
            .WithColumn("recipe").AsString().PrimaryKey()
            .WithColumn("version").AsString().NotNullable()
            .WithColumn("facts").AsString(int.MaxValue).NotNullable();
    }
}
