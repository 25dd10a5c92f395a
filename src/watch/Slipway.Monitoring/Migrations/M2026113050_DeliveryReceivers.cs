using FluentMigrator;

namespace Slipway.Monitoring.Migrations;

/// <summary>What is still to be told has the columns that all such tables have, and an index that finds the first of each receiver.</summary>
[Migration(Number, "Monitoring: receivers of webhook_deliveries")]
internal sealed class M2026113050_DeliveryReceivers : Migration
{
    public const long Number = 2026113050;

    public override void Up()
    {
        Execute.Sql("alter table webhook_deliveries rename column address to receiver");
        Execute.Sql("alter table webhook_deliveries rename column deployment to about");
        Create.Index("webhook_deliveries_by_receiver").OnTable("webhook_deliveries").OnColumn("receiver").Ascending().OnColumn("position").Ascending();
    }

    public override void Down()
    {
        Delete.Index("webhook_deliveries_by_receiver").OnTable("webhook_deliveries");
        Execute.Sql("alter table webhook_deliveries rename column about to deployment");
        Execute.Sql("alter table webhook_deliveries rename column receiver to address");
    }
}
