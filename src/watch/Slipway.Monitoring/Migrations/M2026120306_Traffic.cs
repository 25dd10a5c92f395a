using FluentMigrator;
using Slipway.Storage.Migrations;

namespace Slipway.Monitoring.Migrations;

/// <summary>How much each version answered, beside the profiles that say it in their midst: of all requests, by deployment and time, and by version.</summary>
[Migration(Number, "Monitoring: predictions of profiles")]
internal sealed class M2026120306_Traffic : Migration
{
    public const long Number = 2026120306;

    public override void Up()
    {
        Alter.Table("profiles")
            .AddColumn("predictions").AsInt64().NotNullable().WithDefaultValue(0)
            .AddColumn("unrecorded").AsInt64().NotNullable().WithDefaultValue(0)
            .AddColumn("last_at").AsInt64().NotNullable().WithDefaultValue(0);
        this.ExecuteOnJson(
            """
            update profiles set
                predictions = cast([rows] as bigint), unrecorded = cast(coalesce(cast([unrecorded.rows] as double precision), 0) as bigint), last_at = cast([lastAt] as bigint)
            where segment = ''
            """,
            "document");

        // All that is asked of them is in the indexes: a profile's document is long.
        Execute.Sql("create index profiles_by_time on profiles (deployment, bucket, seconds, version, role, predictions, unrecorded, last_at) where segment = ''");
        Execute.Sql("create index profiles_by_version on profiles (version, deployment, bucket, seconds, role, predictions, unrecorded, last_at) where segment = ''");
    }

    public override void Down()
    {
        Execute.Sql("drop index profiles_by_version");
        Execute.Sql("drop index profiles_by_time");
        Delete.Column("predictions").Column("unrecorded").Column("last_at").FromTable("profiles");
    }
}
