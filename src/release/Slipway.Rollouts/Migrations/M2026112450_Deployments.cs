using FluentMigrator;

namespace Slipway.Rollouts.Migrations;

/// <summary>What each deployment should answer with. How it came to that is in the events.</summary>
[Migration(Number, "Rollouts: deployments")]
internal sealed class M2026112450_Deployments : Migration
{
    public const long Number = 2026112450;

    public override void Up() => Create.Table("deployments")
        .WithColumn("name").AsString().NotNullable().PrimaryKey()
        .WithColumn("stable").AsString().NotNullable()
        .WithColumn("stable_digest").AsString().NotNullable()
        .WithColumn("previous").AsString().Nullable()
        .WithColumn("previous_digest").AsString().Nullable()
        .WithColumn("revision").AsInt64().NotNullable()
        .WithColumn("changed_at").AsString().NotNullable()
        .WithColumn("changed_by").AsString().NotNullable();

    public override void Down() => Delete.Table("deployments");
}
