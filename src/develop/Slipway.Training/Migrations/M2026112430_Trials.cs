using FluentMigrator;

namespace Slipway.Training.Migrations;

/// <summary>The trials of searches.</summary>
[Migration(Number, "Trials")]
internal sealed class M2026112430_Trials : Migration
{
    public const long Number = 2026112430;

    public override void Up()
    {
        Create.Table("trials")
            .WithColumn("run_id").AsString().PrimaryKey()
            .WithColumn("number").AsInt64().PrimaryKey()
            .WithColumn("model").AsString().NotNullable()
            .WithColumn("parameters").AsString().NotNullable()
            .WithColumn("metric").AsString().NotNullable()
            .WithColumn("score").AsDouble().Nullable()
            .WithColumn("seconds").AsDouble().NotNullable()
            .WithColumn("finished_at").AsString().NotNullable();

        Create.Index("trials_by_model").OnTable("trials").OnColumn("model").Ascending().OnColumn("finished_at").Ascending();
    }

    public override void Down() => Delete.Table("trials");
}
