using FluentMigrator;

namespace Slipway.Storage.Migrations;

/// <summary>The event table, which is history and outbox at once, and where its consumers stand.</summary>
[Migration(Number, "Events and their consumers")]
internal sealed class M2026112400_Events : Migration
{
    public const long Number = 2026112400;

    public override void Up()
    {
        Create.Table("events")
            .WithColumn("position").AsInt64().PrimaryKey().Identity()
            .WithColumn("type").AsString().NotNullable()
            .WithColumn("subject").AsString().NotNullable()
            .WithColumn("actor").AsString().NotNullable()
            .WithColumn("at").AsString().NotNullable()
            .WithColumn("data").AsString().NotNullable();

        Create.Index("events_by_subject").OnTable("events").OnColumn("subject").Ascending().OnColumn("position").Ascending();

        Create.Table("event_cursors")
            .WithColumn("consumer").AsString().PrimaryKey()
            .WithColumn("position").AsInt64().NotNullable();

        // History is never overwritten, not even by a mistake of ours.
        IfDatabase("sqlite").Execute.Sql("create trigger events_keep_content before update on events begin select raise(abort, 'events are append-only'); end");
        IfDatabase("sqlite").Execute.Sql("create trigger events_keep_rows before delete on events begin select raise(abort, 'events are append-only'); end");
        IfDatabase("postgresql").Execute.Sql("create function refuse_change() returns trigger language plpgsql as $$ begin raise exception '% is append-only', tg_table_name; end $$");
        IfDatabase("postgresql").Execute.Sql("create trigger events_keep before update or delete or truncate on events for each statement execute function refuse_change()");
    }

    public override void Down()
    {
        Delete.Table("event_cursors");
        Delete.Table("events");
    }
}
