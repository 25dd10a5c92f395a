using FluentMigrator;

namespace Slipway.Access.Migrations;

/// <summary>Who did what.</summary>
[Migration(Number, "The audit")]
internal sealed class M2026112410_Audit : Migration
{
    public const long Number = 2026112410;

    public override void Up()
    {
        Create.Table("audit")
            .WithColumn("position").AsInt64().PrimaryKey().Identity()
            .WithColumn("at").AsString().NotNullable()
            .WithColumn("actor").AsString().NotNullable()
            .WithColumn("action").AsString().NotNullable()
            .WithColumn("target").AsString().NotNullable()
            .WithColumn("source").AsString().NotNullable()
            .WithColumn("outcome").AsInt64().NotNullable();

        // A record that could be changed afterwards would prove nothing.
        IfDatabase("sqlite").Execute.Sql("create trigger audit_keep_content before update on audit begin select raise(abort, 'the audit is append-only'); end");
        IfDatabase("sqlite").Execute.Sql("create trigger audit_keep_rows before delete on audit begin select raise(abort, 'the audit is append-only'); end");

        // The function came with the table of events.
        IfDatabase("postgresql").Execute.Sql("create trigger audit_keep before update or delete or truncate on audit for each statement execute function refuse_change()");
    }

    public override void Down() => Delete.Table("audit");
}
