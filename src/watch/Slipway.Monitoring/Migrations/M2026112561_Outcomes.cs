using FluentMigrator;

namespace Slipway.Monitoring.Migrations;

/// <summary>Truths and what became of them. Moments are UTC ticks: a million rows are compared, and few are shown.</summary>
[Migration(Number, "Monitoring: outcomes")]
internal sealed class M2026112561_Outcomes : Migration
{
    public const long Number = 2026112561;

    public override void Up()
    {
        Create.Table("outcomes")
            .WithColumn("deployment").AsString().NotNullable().PrimaryKey()
            .WithColumn("id").AsString().NotNullable().PrimaryKey()
            .WithColumn("label").AsString().NotNullable()
            .WithColumn("known_at").AsInt64().Nullable()
            .WithColumn("received_at").AsInt64().NotNullable()
            .WithColumn("received_seq").AsInt64().NotNullable()
            .WithColumn("predicted_at").AsInt64().Nullable()
            .WithColumn("state").AsInt32().NotNullable();

        Create.Index("outcomes_by_arrival").OnTable("outcomes").OnColumn("deployment").Ascending().OnColumn("received_seq").Ascending();
        Create.Index("outcomes_by_prediction").OnTable("outcomes").OnColumn("deployment").Ascending().OnColumn("predicted_at").Ascending();

        Create.Table("outcomes_waiting")
            .WithColumn("deployment").AsString().NotNullable().PrimaryKey()
            .WithColumn("id").AsString().NotNullable().PrimaryKey()
            .WithColumn("received_at").AsInt64().NotNullable();

        Create.Index("outcomes_waiting_since").OnTable("outcomes_waiting").OnColumn("deployment").Ascending().OnColumn("received_at").Ascending();

        Create.Table("outcome_contradictions")
            .WithColumn("deployment").AsString().NotNullable().PrimaryKey()
            .WithColumn("number").AsInt64().NotNullable().PrimaryKey()
            .WithColumn("id").AsString().NotNullable()
            .WithColumn("label").AsString().NotNullable()
            .WithColumn("contradicting").AsString().NotNullable()
            .WithColumn("received_at").AsInt64().NotNullable();

        Create.Table("outcome_figures")
            .WithColumn("deployment").AsString().NotNullable().PrimaryKey()
            .WithColumn("received").AsInt64().NotNullable()
            .WithColumn("duplicate").AsInt64().NotNullable()
            .WithColumn("contradicting").AsInt64().NotNullable()
            .WithColumn("joined").AsInt64().NotNullable()
            .WithColumn("early").AsInt64().NotNullable()
            .WithColumn("late").AsInt64().NotNullable()
            .WithColumn("unknown").AsInt64().NotNullable()
            .WithColumn("unfit").AsInt64().NotNullable()
            .WithColumn("unfit_sentence").AsString().Nullable()
            .WithColumn("received_seq").AsInt64().NotNullable()
            .WithColumn("joined_seq").AsInt64().NotNullable();
    }

    public override void Down()
    {
        Delete.Table("outcome_figures");
        Delete.Table("outcome_contradictions");
        Delete.Table("outcomes_waiting");
        Delete.Table("outcomes");
    }
}
