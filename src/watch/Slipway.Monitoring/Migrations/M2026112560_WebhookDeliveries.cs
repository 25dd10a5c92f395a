using FluentMigrator;

namespace Slipway.Monitoring.Migrations;

/// <summary>What webhooks have still to be told.</summary>
[Migration(Number, "Monitoring: webhook_deliveries")]
internal sealed class M2026112560_WebhookDeliveries : Migration
{
    public const long Number = 2026112560;

    public override void Up()
    {
        Create.Table("webhook_deliveries")
            .WithColumn("id").AsString().NotNullable().PrimaryKey()
            .WithColumn("position").AsInt64().NotNullable()
            .WithColumn("deployment").AsString().NotNullable()
            .WithColumn("address").AsString().NotNullable()
            .WithColumn("body").AsString().NotNullable()
            .WithColumn("attempts").AsInt32().NotNullable()
            .WithColumn("created_at").AsString().NotNullable()
            .WithColumn("due_at").AsString().NotNullable();
        Create.Index("webhook_deliveries_by_due").OnTable("webhook_deliveries").OnColumn("due_at").Ascending();
    }

    public override void Down() => Delete.Table("webhook_deliveries");
}
