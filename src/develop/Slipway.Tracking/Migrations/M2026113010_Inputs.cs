using FluentMigrator;
using Slipway.Storage.Migrations;

namespace Slipway.Tracking.Migrations;

/// <summary>What runs used and made. A dataset is kept once in an experiment, whatever number of runs used it; the rows of runs go when the run goes.</summary>
[Migration(Number, "Tracking: datasets, inputs and outputs of runs")]
internal sealed class M2026113010_Inputs : Migration
{
    public const long Number = 2026113010;

    // What is long comes last: SQLite reads a row's first columns without the rest.
    private const string Datasets = """
        create table datasets (
            id integer primary key,
            experiment bigint not null,
            name text not null,
            digest text not null,
            source_type text not null,
            size bigint not null,
            source text not null,
            schema text,
            profile text);

        create unique index datasets_by_name on datasets (experiment, name, digest);
        """;

    // The context is one of the tags, and here once more because it is searched.
    private const string Inputs = """
        create table run_inputs (
            run bigint not null references runs (id) on delete cascade,
            dataset bigint not null references datasets (id) on delete cascade,
            experiment bigint not null,
            context text,
            primary key (run, dataset)) without rowid;

        create index run_inputs_by_dataset on run_inputs (experiment, dataset, context);

        create index run_inputs_of_dataset on run_inputs (dataset);

        create table run_input_tags (
            run bigint not null references runs (id) on delete cascade,
            dataset bigint not null,
            key text not null,
            value text not null,
            primary key (run, dataset, key)) without rowid;
        """;

    // A model may be one of the registry, or of another server: its id is kept as it came.
    private const string Models = """
        create table run_model_inputs (
            run bigint not null references runs (id) on delete cascade,
            model_id text not null,
            primary key (run, model_id)) without rowid;

        create table run_outputs (
            run bigint not null references runs (id) on delete cascade,
            step bigint not null,
            model_id text not null,
            primary key (run, step, model_id)) without rowid;
        """;

    public override void Up()
    {
        this.ExecuteOnBoth(Datasets);
        this.ExecuteOnBoth(Inputs);
        this.ExecuteOnBoth(Models);
    }

    public override void Down()
    {
        foreach (var table in new[] { "run_outputs", "run_model_inputs", "run_input_tags", "run_inputs", "datasets" })
        {
            Delete.Table(table);
        }
    }
}
