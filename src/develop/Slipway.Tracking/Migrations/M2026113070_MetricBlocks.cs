using FluentMigrator;
using Slipway.Storage.Migrations;

namespace Slipway.Tracking.Migrations;

/// <summary>Roll-ups of metrics: what is lowest and highest in each hundred points or so of a history. Those of points that are there already are added here.</summary>
[Migration(Number, "Tracking: metric_blocks")]
internal sealed class M2026113070_MetricBlocks : Migration
{
    public const long Number = 2026113070;

    private const string Table = """
        create table metric_blocks (
            run bigint not null references runs (id) on delete cascade,
            key text not null,
            first_step bigint not null,
            last_step bigint not null,
            points bigint not null,
            low double precision,
            low_step bigint,
            low_time bigint,
            high double precision,
            high_step bigint,
            high_time bigint,
            nan_step bigint,
            nan_time bigint,
            primary key (run, key, first_step)) without rowid
        """;

    // A step has one rank, so no step is in two blocks. Of equal values the first counts, as with points that come later.
    internal const string Existing = """
        insert into metric_blocks (run, key, first_step, last_step, points, low, low_step, low_time, high, high_step, high_time, nan_step, nan_time)
        select run, key, min(step), max(step), count(*),
            max(case when from_low = 1 and is_nan = 0 then value end), max(case when from_low = 1 and is_nan = 0 then step end), max(case when from_low = 1 and is_nan = 0 then timestamp end),
            max(case when from_high = 1 and is_nan = 0 then value end), max(case when from_high = 1 and is_nan = 0 then step end), max(case when from_high = 1 and is_nan = 0 then timestamp end),
            max(case when from_nan = 1 and is_nan = 1 then step end), max(case when from_nan = 1 and is_nan = 1 then timestamp end)
        from (
            select run, key, block, step, timestamp, value, is_nan,
                row_number() over (partition by run, key, block order by is_nan, value, step, timestamp) as from_low,
                row_number() over (partition by run, key, block order by is_nan, value desc, step, timestamp) as from_high,
                row_number() over (partition by run, key, block order by is_nan desc, step, timestamp) as from_nan
            from (
                select run, key, step, timestamp, value, is_nan, (rank() over (partition by run, key order by step) - 1) / 128 as block
                from metric_points) ranked) numbered
        group by run, key, block
        """;

    public override void Up()
    {
        this.ExecuteOnBoth(Table);
        Execute.Sql(Existing);
    }

    public override void Down() => Delete.Table("metric_blocks");
}
