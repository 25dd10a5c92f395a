using FluentMigrator;

namespace Slipway.Registry.Migrations;

/// <summary>Webhooks of MLflow's clients, the events that each asks for, and what they have still to be told. Moments are milliseconds since 1970, but those of deliveries.</summary>
[Migration(Number, "Registry: webhooks")]
internal sealed class M2026113051_Webhooks : Migration
{
    public const long Number = 2026113051;

    public override void Up()
    {
        Create.Table("webhooks")
            .WithColumn("id").AsInt64().PrimaryKey().Identity()
            .WithColumn("webhook_id").AsString().NotNullable().Unique()
            .WithColumn("name").AsString().NotNullable()
            .WithColumn("description").AsString().NotNullable()
            .WithColumn("url").AsString().NotNullable()
            .WithColumn("secret").AsString().Nullable()
            .WithColumn("status").AsString().NotNullable()
            .WithColumn("created_at").AsInt64().NotNullable()
            .WithColumn("updated_at").AsInt64().NotNullable();

        Create.Table("webhook_events")
            .WithColumn("webhook").AsInt64().PrimaryKey()
            .WithColumn("event").AsString().PrimaryKey();

        Create.Table("registry_deliveries")
            .WithColumn("id").AsString().NotNullable().PrimaryKey()
            .WithColumn("position").AsInt64().NotNullable()
            .WithColumn("receiver").AsString().NotNullable()
            .WithColumn("about").AsString().NotNullable()
            .WithColumn("body").AsString().NotNullable()
            .WithColumn("attempts").AsInt32().NotNullable()
            .WithColumn("created_at").AsString().NotNullable()
            .WithColumn("due_at").AsString().NotNullable();

        Create.Index("webhook_events_by_event").OnTable("webhook_events").OnColumn("event").Ascending();
        Create.Index("registry_deliveries_by_due").OnTable("registry_deliveries").OnColumn("due_at").Ascending();
        Create.Index("registry_deliveries_by_receiver").OnTable("registry_deliveries").OnColumn("receiver").Ascending().OnColumn("position").Ascending();
    }

    public override void Down()
    {
        foreach (var table in new[] { "registry_deliveries", "webhook_events", "webhooks" })
        {
            Delete.Table(table);
        }
    }
}
