using FluentMigrator;

namespace Slipway.Rollouts.Migrations;

/// <summary>Rollouts with every look at their evidence, and the candidate of a deployment. Plan and evidence are read whole, so they are JSON.</summary>
[Migration(Number, "Rollouts: rollouts, rollout_looks, candidates of deployments")]
internal sealed class M2026112550_Rollouts : Migration
{
    public const long Number = 2026112550;

    public override void Up()
    {
        Alter.Table("deployments")
            .AddColumn("candidate").AsString().Nullable()
            .AddColumn("candidate_digest").AsString().Nullable()
            .AddColumn("candidate_weight").AsDouble().Nullable()
            .AddColumn("candidate_rollout").AsString().Nullable();

        Create.Table("rollouts")
            .WithColumn("id").AsString().NotNullable().PrimaryKey()
            .WithColumn("deployment").AsString().NotNullable()
            .WithColumn("origin").AsString().Nullable()
            .WithColumn("status").AsString().NotNullable()
            .WithColumn("revision").AsInt64().NotNullable()
            .WithColumn("document").AsString().NotNullable();
        Create.Index("rollouts_by_deployment").OnTable("rollouts").OnColumn("deployment").Ascending().OnColumn("id").Descending();

        // Rollouts without an origin do not meet here: nulls are distinct.
        Create.Index("ux_rollouts_origin").OnTable("rollouts").OnColumn("origin").Ascending().WithOptions().Unique();

        Create.Table("rollout_looks")
            .WithColumn("rollout").AsString().NotNullable().PrimaryKey()
            .WithColumn("number").AsInt64().NotNullable().PrimaryKey()
            .WithColumn("document").AsString().NotNullable();
    }

    public override void Down()
    {
        Delete.Table("rollout_looks");
        Delete.Table("rollouts");
        Delete.Column("candidate").Column("candidate_digest").Column("candidate_weight").Column("candidate_rollout").FromTable("deployments");
    }
}
