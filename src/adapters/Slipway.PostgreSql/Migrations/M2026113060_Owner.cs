using FluentMigrator;

namespace Slipway.PostgreSql.Migrations;

/// <summary>Which database this is, for ever, and which process owned it last: one that lost its lock for a moment sees by it whether another was there meanwhile.</summary>
[Migration(Number, "The owner of the database")]
internal sealed class M2026113060_Owner : Migration
{
    public const long Number = 2026113060;

    public override void Up() => Create.Table("database_owner")
        .WithColumn("id").AsInt64().PrimaryKey()
        .WithColumn("identity").AsString().NotNullable()
        .WithColumn("owner").AsString().NotNullable();

    public override void Down() => Delete.Table("database_owner");
}
