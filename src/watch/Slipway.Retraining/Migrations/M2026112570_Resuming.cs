using FluentMigrator;

namespace Slipway.Retraining.Migrations;

/// <summary>What a run needs to be taken up again, and how the conditions of retraining stand.</summary>
[Migration(Number, "Retraining: pipeline_requests, retrain_conditions")]
internal sealed class M2026112570_Resuming : Migration
{
    public const long Number = 2026112570;

    public override void Up()
    {
        // Rows of runs that have not ended; they go with the run's end.
        Create.Table("pipeline_requests")
            .WithColumn("id").AsString().NotNullable().PrimaryKey()
            .WithColumn("request").AsString().NotNullable()
            .WithColumn("actor").AsString().NotNullable()
            .WithColumn("checkpoint").AsString().Nullable();

        Create.Table("retrain_conditions")
            .WithColumn("model").AsString().NotNullable().PrimaryKey()
            .WithColumn("document").AsString().NotNullable();
    }

    public override void Down()
    {
        Delete.Table("retrain_conditions");
        Delete.Table("pipeline_requests");
    }
}
