using FluentMigrator;

namespace Slipway.Monitoring.Migrations;

/// <summary>What windows hold, what they say, and the alerts that follow. Profiles, baselines and verdicts are read whole, so they are JSON.</summary>
[Migration(Number, "Monitoring: watched, baselines, profiles, window_verdicts, alerts")]
internal sealed class M2026112565_Watching : Migration
{
    public const long Number = 2026112565;

    public override void Up()
    {
        Create.Table("watched")
            .WithColumn("deployment").AsString().NotNullable().PrimaryKey()
            .WithColumn("document").AsString().NotNullable();

        Create.Table("baselines")
            .WithColumn("version").AsString().NotNullable().PrimaryKey()
            .WithColumn("document").AsString().NotNullable();

        Create.Table("profiles")
            .WithColumn("deployment").AsString().NotNullable().PrimaryKey()
            .WithColumn("bucket").AsString().NotNullable().PrimaryKey()
            .WithColumn("seconds").AsInt64().NotNullable().PrimaryKey()
            .WithColumn("version").AsString().NotNullable().PrimaryKey()
            .WithColumn("role").AsString().NotNullable().PrimaryKey()
            .WithColumn("segment").AsString().NotNullable().PrimaryKey()
            .WithColumn("document").AsString().NotNullable();

        Create.Table("window_verdicts")
            .WithColumn("deployment").AsString().NotNullable().PrimaryKey()
            .WithColumn("at").AsString().NotNullable().PrimaryKey()
            .WithColumn("version").AsString().NotNullable().PrimaryKey()
            .WithColumn("segment").AsString().NotNullable().PrimaryKey()
            .WithColumn("document").AsString().NotNullable();

        Create.Table("alerts")
            .WithColumn("id").AsString().NotNullable().PrimaryKey()
            .WithColumn("deployment").AsString().NotNullable()
            .WithColumn("monitor").AsString().NotNullable()
            .WithColumn("subject").AsString().NotNullable()
            .WithColumn("segment").AsString().NotNullable()
            .WithColumn("version").AsString().NotNullable()
            .WithColumn("firing").AsInt64().NotNullable()
            .WithColumn("fired_at").AsString().NotNullable()
            .WithColumn("resolved_at").AsString().Nullable()
            .WithColumn("sentence").AsString().NotNullable()
            .WithColumn("evidence").AsString().NotNullable();

        Create.Index("ix_alerts_deployment").OnTable("alerts").OnColumn("deployment").Ascending().OnColumn("fired_at").Ascending();
    }

    public override void Down()
    {
        foreach (var table in new[] { "watched", "baselines", "profiles", "window_verdicts", "alerts" })
        {
            Delete.Table(table);
        }
    }
}
