using Slipway.Storage;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Inputs;

/// <summary>Writes what runs used and made, in the transaction that each change is given. What is there stays as it was first logged; the same again is no change.</summary>
internal static class InputLog
{
    private static readonly Statement FindDataset = new("select id from datasets where experiment = @experiment and name = @name and digest = @digest");

    private static readonly Statement InsertDataset = new("""
        insert into datasets (experiment, name, digest, source_type, size, source, schema, profile)
        values (@experiment, @name, @digest, @source_type, @size, @source, @schema, @profile)
        returning id
        """);

    private static readonly Statement InsertInput = new("""
        insert into run_inputs (run, dataset, experiment, context) values (@run, @dataset, @experiment, @context)
        on conflict (run, dataset) do nothing
        """);

    private static readonly Statement InsertTag = new("insert into run_input_tags (run, dataset, key, value) values (@run, @dataset, @key, @value) on conflict (run, dataset, key) do nothing");

    private static readonly Statement InsertModelInput = new("insert into run_model_inputs (run, model_id) values (@run, @model_id) on conflict (run, model_id) do nothing");

    private static readonly Statement InsertOutput = new("insert into run_outputs (run, step, model_id) values (@run, @step, @model_id) on conflict (run, step, model_id) do nothing");

    public static async Task AddDatasetsAsync(WriteTransaction transaction, Run run, IReadOnlyList<DatasetInput> inputs)
    {
        foreach (var input in inputs)
        {
            var dataset = await FindOrAddAsync(transaction, run.Experiment, input.Dataset);
            if (await transaction.ExecuteAsync(InsertInput, run.Id, dataset, run.Experiment, input.Context) == 0)
            {
                continue;
            }

            foreach (var (key, value) in input.Tags)
            {
                await transaction.ExecuteAsync(InsertTag, run.Id, dataset, key, value);
            }
        }
    }

    public static async Task AddModelsAsync(WriteTransaction transaction, Run run, IReadOnlyList<string> models)
    {
        foreach (var model in models)
        {
            await transaction.ExecuteAsync(InsertModelInput, run.Id, model);
        }
    }

    public static async Task AddOutputsAsync(WriteTransaction transaction, Run run, IReadOnlyList<ModelOutput> models)
    {
        foreach (var (model, step) in models)
        {
            await transaction.ExecuteAsync(InsertOutput, run.Id, step, model);
        }
    }

    private static async Task<long> FindOrAddAsync(WriteTransaction transaction, long experiment, Dataset dataset)
    {
        var known = await transaction.QueryAsync(FindDataset, reader => reader.GetInt64(0), experiment, dataset.Name, dataset.Digest);
        if (known is [var id])
        {
            return id;
        }

        var added = await transaction.QueryAsync(
            InsertDataset,
            reader => reader.GetInt64(0),
            experiment, dataset.Name, dataset.Digest, dataset.SourceType, dataset.Size, dataset.Source, dataset.Schema, dataset.Profile);
        return added[0];
    }
}
