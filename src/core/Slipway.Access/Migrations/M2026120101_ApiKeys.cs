using FluentMigrator;

namespace Slipway.Access.Migrations;

/// <summary>Keys, by the SHA-256 of their secret. Those that are revoked stay: the history names them.</summary>
[Migration(Number, "Keys")]
internal sealed class M2026120101_ApiKeys : Migration
{
    public const long Number = 2026120101;

    public override void Up()
    {
        Create.Table("api_keys")
            .WithColumn("id").AsString().NotNullable().PrimaryKey()
            .WithColumn("name").AsString().NotNullable()
            .WithColumn("hash").AsString().NotNullable().Unique()
            .WithColumn("role").AsString().NotNullable()
            .WithColumn("projects").AsString().NotNullable()
            .WithColumn("deployments").AsString().NotNullable()
            .WithColumn("rate").AsInt64().Nullable()
            .WithColumn("created_at").AsString().NotNullable()
            .WithColumn("created_by").AsString().NotNullable()
            .WithColumn("expires_at").AsString().Nullable()
            .WithColumn("revoked_at").AsString().Nullable()
            .WithColumn("revoked_by").AsString().Nullable();

        // A name is free again when its key is revoked, and in capital letters it is the same. That index is the rule's guard against two at once; both databases read it the same way.
        Execute.Sql("create unique index ux_api_keys_name on api_keys (lower(name)) where revoked_at is null");
    }

    public override void Down() => Delete.Table("api_keys");
}
