using FluentMigrator;
using Slipway.Storage.Migrations;

namespace Slipway.Tracking.Migrations;

/// <summary>Logged models. As with runs, what a model has carries its experiment, so that a search begins at an index over one experiment's keys and values.</summary>
[Migration(Number, "Tracking: logged models")]
internal sealed class M2026113011_LoggedModels : Migration
{
    public const long Number = 2026113011;

    private const string Models = """
        create table logged_models (
            id integer primary key,
            model_id text not null unique,
            experiment bigint not null,
            name text not null,
            model_type text,
            status text not null,
            source_run_id text,
            artifact_uri text not null,
            created_at bigint not null,
            updated_at bigint not null,
            deleted_at bigint);

        create index logged_models_by_creation on logged_models (experiment, created_at desc, model_id);

        create index logged_models_by_source on logged_models (source_run_id);
        """;

    private const string Values = """
        create table logged_model_tags (
            model bigint not null references logged_models (id) on delete cascade,
            key text not null,
            experiment bigint not null,
            value text not null,
            primary key (model, key)) without rowid;

        create table logged_model_params (
            model bigint not null references logged_models (id) on delete cascade,
            key text not null,
            experiment bigint not null,
            value text not null,
            primary key (model, key)) without rowid;

        create index logged_model_tags_by_value on logged_model_tags (experiment, key, substr(value, 1, 64), model);

        create index logged_model_params_by_value on logged_model_params (experiment, key, substr(value, 1, 64), model);
        """;

    // One row for each run and dataset that the metric was measured in and on; no name is an empty text, since a key has no null.
    private const string Metrics = """
        create table logged_model_metrics (
            model bigint not null references logged_models (id) on delete cascade,
            key text not null,
            run bigint not null references runs (id) on delete cascade,
            dataset_name text not null,
            dataset_digest text not null,
            experiment bigint not null,
            value double precision not null,
            is_nan integer not null,
            step bigint not null,
            timestamp bigint not null,
            primary key (model, key, run, dataset_name, dataset_digest)) without rowid;

        create index logged_model_metrics_by_run on logged_model_metrics (run);
        """;

    public override void Up()
    {
        this.ExecuteOnBoth(Models);
        this.ExecuteOnBoth(Values);
        this.ExecuteOnBoth(Metrics);
    }

    public override void Down()
    {
        foreach (var table in new[] { "logged_model_metrics", "logged_model_params", "logged_model_tags", "logged_models" })
        {
            Delete.Table(table);
        }
    }
}
