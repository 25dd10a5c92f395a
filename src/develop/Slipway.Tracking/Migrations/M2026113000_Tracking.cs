using FluentMigrator;
using Slipway.Storage.Migrations;

namespace Slipway.Tracking.Migrations;

/// <summary>
/// Experiments and runs. Moments are milliseconds since 1970, as MLflow's clients send and sort them. What a run logged carries the experiment too: a run never moves, and a search
/// begins at an index over one experiment's keys and values.
/// </summary>
[Migration(Number, "Tracking: experiments, runs, tags, parameters, metrics")]
internal sealed class M2026113000_Tracking : Migration
{
    public const long Number = 2026113000;

    // Tables that are read by their whole key are kept in its order where the database offers that: a run's rows lie together, and there is no second tree to write.
    private const string RunTables = """
        create table run_tags (
            run bigint not null references runs (id) on delete cascade,
            key text not null,
            experiment bigint not null,
            value text not null,
            primary key (run, key));

        create table run_params (
            run bigint not null references runs (id) on delete cascade,
            key text not null,
            experiment bigint not null,
            value text not null,
            primary key (run, key));

        create table run_metrics (
            run bigint not null references runs (id) on delete cascade,
            key text not null,
            experiment bigint not null,
            value double precision not null,
            is_nan integer not null,
            step bigint not null,
            timestamp bigint not null,
            primary key (run, key));

        create table metric_points (
            run bigint not null references runs (id) on delete cascade,
            key text not null,
            step bigint not null,
            timestamp bigint not null,
            value double precision not null,
            is_nan integer not null,
            model_id text,
            dataset_name text,
            dataset_digest text,
            primary key (run, key, step, timestamp, value, is_nan));
        """;

    // A text is indexed by its beginning, since a value may be longer than an index takes. Compare both: substr(value, 1, 64) = substr(@value, 1, 64) and value = @value.
    private const string Indexes = """
        create index run_tags_by_value on run_tags (experiment, key, substr(value, 1, 64), run);
        create index run_params_by_value on run_params (experiment, key, substr(value, 1, 64), run);
        create index run_metrics_by_value on run_metrics (experiment, key, is_nan, value, run);
        """;

    private const string Default = "insert into experiments (id, name, artifact_location, created_at, updated_at) values (0, 'Default', 'mlflow-artifacts:/0', 0, 0)";

    public override void Up()
    {
        Create.Table("experiments")
            .WithColumn("id").AsInt64().PrimaryKey().Identity()
            .WithColumn("name").AsString().NotNullable().Unique()
            .WithColumn("artifact_location").AsString().NotNullable()
            .WithColumn("created_at").AsInt64().NotNullable()
            .WithColumn("updated_at").AsInt64().NotNullable()
            .WithColumn("deleted_at").AsInt64().Nullable();

        Create.Table("experiment_tags")
            .WithColumn("experiment").AsInt64().PrimaryKey()
            .WithColumn("key").AsString().PrimaryKey()
            .WithColumn("value").AsString().NotNullable();

        Create.Table("runs")
            .WithColumn("id").AsInt64().PrimaryKey().Identity()
            .WithColumn("run_id").AsString().NotNullable().Unique()
            .WithColumn("experiment").AsInt64().NotNullable()
            .WithColumn("name").AsString().NotNullable()
            .WithColumn("user_id").AsString().NotNullable()
            .WithColumn("status").AsString().NotNullable()
            .WithColumn("start_time").AsInt64().NotNullable()
            .WithColumn("end_time").AsInt64().Nullable()
            .WithColumn("artifact_uri").AsString().NotNullable()
            .WithColumn("deleted_at").AsInt64().Nullable();

        Create.Index("runs_by_start").OnTable("runs").OnColumn("experiment").Ascending().OnColumn("start_time").Descending().OnColumn("run_id").Ascending();

        this.ExecuteOnBoth(RunTables.Replace("));", ")) without rowid;", StringComparison.Ordinal));
        Execute.Sql(Indexes);
        IfDatabase("sqlite").Execute.Sql(Default);
        IfDatabase("postgresql").Execute.Sql(Default.Replace(" values", " overriding system value values", StringComparison.Ordinal));
    }

    public override void Down()
    {
        foreach (var table in new[] { "metric_points", "run_metrics", "run_params", "run_tags", "runs", "experiment_tags", "experiments" })
        {
            Delete.Table(table);
        }
    }
}
