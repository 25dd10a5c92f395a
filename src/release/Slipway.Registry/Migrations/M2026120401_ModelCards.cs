using FluentMigrator;

namespace Slipway.Registry.Migrations;

/// <summary>What people wrote on the cards of versions: a row for each edit, with all that was written by then.</summary>
[Migration(Number, "Registry: model cards")]
internal sealed class M2026120401_ModelCards : Migration
{
    public const long Number = 2026120401;

    public override void Up()
    {
        Create.Table("model_cards")
            .WithColumn("model").AsString().PrimaryKey()
            .WithColumn("version").AsString().PrimaryKey()
            .WithColumn("revision").AsInt64().PrimaryKey()
            .WithColumn("number").AsInt64().NotNullable()
            .WithColumn("parts").AsString().NotNullable()
            .WithColumn("changed_at").AsString().NotNullable()
            .WithColumn("changed_by").AsString().NotNullable();

        Create.Index("model_cards_by_number").OnTable("model_cards").OnColumn("model").Ascending().OnColumn("number").Ascending();
    }

    public override void Down() => Delete.Table("model_cards");
}
