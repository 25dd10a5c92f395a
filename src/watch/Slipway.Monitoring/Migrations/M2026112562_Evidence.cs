using FluentMigrator;

namespace Slipway.Monitoring.Migrations;

/// <summary>Counters that rollouts are judged by, and how far a deployment's log has been worked on.</summary>
[Migration(Number, "Monitoring: evidence of rollouts, positions in the log")]
internal sealed class M2026112562_Evidence : Migration
{
    public const long Number = 2026112562;

    public override void Up()
    {
        Create.Table("rollout_evidence")
            .WithColumn("rollout").AsString().NotNullable().PrimaryKey()
            .WithColumn("deployment").AsString().NotNullable()
            .WithColumn("slot_ticks").AsInt64().NotNullable()
            .WithColumn("closed_to").AsInt64().NotNullable()
            .WithColumn("notes").AsString().NotNullable();

        Create.Table("rollout_evidence_counts")
            .WithColumn("rollout").AsString().NotNullable().PrimaryKey()
            .WithColumn("slot").AsInt64().NotNullable().PrimaryKey()
            .WithColumn("metric").AsString().NotNullable().PrimaryKey()
            .WithColumn("segment").AsString().NotNullable().PrimaryKey()
            .WithColumn("weight").AsDouble().NotNullable().PrimaryKey()
            .WithColumn("candidate").AsInt32().NotNullable().PrimaryKey()
            .WithColumn("bin").AsInt32().NotNullable().PrimaryKey()
            .WithColumn("units").AsInt64().NotNullable();

        Create.Table("rollout_evidence_units")
            .WithColumn("rollout").AsString().NotNullable().PrimaryKey()
            .WithColumn("metric").AsString().NotNullable().PrimaryKey()
            .WithColumn("segment").AsString().NotNullable().PrimaryKey()
            .WithColumn("unit").AsInt64().NotNullable().PrimaryKey();

        Create.Table("watch_positions")
            .WithColumn("deployment").AsString().NotNullable().PrimaryKey()
            .WithColumn("chunk").AsString().Nullable()
            .WithColumn("batch").AsInt32().NotNullable()
            .WithColumn("newest_event").AsInt64().NotNullable()
            .WithColumn("newest_arrival").AsInt64().NotNullable()
            .WithColumn("reached").AsInt64().NotNullable();
    }

    public override void Down()
    {
        Delete.Table("watch_positions");
        Delete.Table("rollout_evidence_units");
        Delete.Table("rollout_evidence_counts");
        Delete.Table("rollout_evidence");
    }
}
