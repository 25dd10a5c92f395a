using FluentMigrator;
using Slipway.Storage.Migrations;

namespace Slipway.Tracking.Migrations;

/// <summary>
/// Traces, with what is said of them and the spans that came by OTLP. A trace never moves, so that its tags carry its experiment and a search begins at an index over one experiment's keys and
/// values, as with runs. Moments of traces are milliseconds since 1970, those of spans nanoseconds.
/// </summary>
[Migration(Number, "Traces, their tags, metadata, runs, assessments and spans")]
internal sealed class M2026113030_Traces : Migration
{
    public const long Number = 2026113030;

    private const string KeyedTables = """
        create table trace_tags (
            trace bigint not null references traces (id) on delete cascade,
            key text not null,
            experiment bigint not null,
            value text not null,
            primary key (trace, key));

        create table trace_metadata (
            trace bigint not null references traces (id) on delete cascade,
            key text not null,
            experiment bigint not null,
            value text not null,
            primary key (trace, key));

        create table trace_runs (
            trace bigint not null references traces (id) on delete cascade,
            run_id text not null,
            experiment bigint not null,
            is_source integer not null,
            primary key (trace, run_id));
        """;

    // A span's content may be large, which a table that is kept in its key's order is bad at.
    private const string Others = """
        create table trace_spans (
            trace bigint not null references traces (id) on delete cascade,
            span_id text not null,
            parent_id text,
            name text not null,
            type text not null,
            status text not null,
            start_ns bigint not null,
            end_ns bigint,
            content blob not null,
            primary key (trace, span_id));

        create table trace_assessments (
            trace bigint not null references traces (id) on delete cascade,
            position integer primary key,
            assessment_id text not null unique,
            name text not null,
            is_feedback integer not null,
            content text not null,
            value text not null,
            source_type text not null,
            source_id text not null,
            span_id text,
            rationale text,
            metadata text not null,
            overrides text,
            is_valid integer not null,
            created_at bigint not null,
            updated_at bigint not null);

        create index trace_tags_by_value on trace_tags (experiment, key, substr(value, 1, 64), trace);
        create index trace_metadata_by_value on trace_metadata (experiment, key, substr(value, 1, 64), trace);
        create index trace_runs_by_run on trace_runs (experiment, run_id, trace);
        create index trace_spans_by_start on trace_spans (trace, start_ns, span_id);
        create index trace_assessments_by_trace on trace_assessments (trace, position);
        """;

    public override void Up()
    {
        Create.Table("traces")
            .WithColumn("id").AsInt64().PrimaryKey().Identity()
            .WithColumn("trace_id").AsString().NotNullable().Unique()
            .WithColumn("experiment").AsInt64().NotNullable()
            .WithColumn("client_request_id").AsString().Nullable()
            .WithColumn("request_time").AsInt64().NotNullable()
            .WithColumn("duration").AsInt64().Nullable()
            .WithColumn("end_time").AsInt64().Nullable()
            .WithColumn("state").AsString().NotNullable()
            .WithColumn("request_preview").AsString().Nullable()
            .WithColumn("response_preview").AsString().Nullable()
            .WithColumn("is_told").AsInt64().NotNullable();

        Create.Index("traces_by_time").OnTable("traces").OnColumn("experiment").Ascending().OnColumn("request_time").Descending().OnColumn("trace_id").Ascending();
        Create.Index("traces_by_client_request").OnTable("traces").OnColumn("experiment").Ascending().OnColumn("client_request_id").Ascending();
        this.ExecuteOnBoth(KeyedTables.Replace("));", ")) without rowid;", StringComparison.Ordinal));
        this.ExecuteOnBoth(Others);
    }

    public override void Down()
    {
        foreach (var table in new[] { "trace_assessments", "trace_spans", "trace_runs", "trace_metadata", "trace_tags", "traces" })
        {
            Delete.Table(table);
        }
    }
}
