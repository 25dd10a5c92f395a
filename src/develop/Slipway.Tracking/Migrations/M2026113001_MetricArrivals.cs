using FluentMigrator;
using Slipway.Storage.Migrations;

namespace Slipway.Tracking.Migrations;

/// <summary>Points of metrics as they came, a row for each request, until there are enough to sort them in.</summary>
[Migration(Number, "Tracking: metric_arrivals")]
internal sealed class M2026113001_MetricArrivals : Migration
{
    public const long Number = 2026113001;

    public override void Up() => this.ExecuteOnBoth("""
        create table metric_arrivals (
            run bigint not null references runs (id) on delete cascade,
            number bigint not null,
            points blob not null,
            primary key (run, number)) without rowid
        """);

    public override void Down() => Delete.Table("metric_arrivals");
}
