using Slipway.Core.Errors;
using Slipway.Storage;

namespace Slipway.Tracking.Runs;

/// <summary>Writes the parameters and tags of runs, in the transaction that each change is given.</summary>
internal static class RunLog
{
    private static readonly Statement InsertParameter = new("""
        insert into run_params (run, key, experiment, value) values (@run, @key, @experiment, @value)
        on conflict (run, key) do nothing
        """);

    private static readonly Statement FindParameter = new("select value from run_params where run = @run and key = @key");

    private static readonly Statement UpsertTag = new("""
        insert into run_tags (run, key, experiment, value) values (@run, @key, @experiment, @value)
        on conflict (run, key) do update set value = excluded.value
        """);

    private static readonly Statement FindTag = new("select value from run_tags where run = @run and key = @key");

    private static readonly Statement RemoveTag = new("delete from run_tags where run = @run and key = @key");

    /// <summary>Adds parameters. One that is there with the same value stays; one with another value refuses them all, since a parameter never changes.</summary>
    public static async Task AddParametersAsync(WriteTransaction transaction, Run run, IReadOnlyList<Tag> parameters)
    {
        var changed = new List<string>();
        foreach (var (key, value) in parameters)
        {
            if (await transaction.ExecuteAsync(InsertParameter, run.Id, key, run.Experiment, value) == 0
                && (await transaction.QueryAsync(FindParameter, reader => reader.GetString(0), run.Id, key))[0] is var known
                && known != value)
            {
                changed.Add($"{{'key': '{key}', 'old_value': '{known}', 'new_value': '{value}'}}");
            }
        }

        if (changed.Count > 0)
        {
            throw new SlipwayException(
                ErrorKind.InvalidInput,
                $"Changing param values is not allowed. Params were already logged='[{string.Join(", ", changed)}]' for run ID='{run.RunId}'. Log what changes as a metric or a tag, or in a run of its own.");
        }
    }

    /// <summary>Adds parameters that are not there yet.</summary>
    public static async Task AddNewParametersAsync(WriteTransaction transaction, Run run, IReadOnlyList<Tag> parameters)
    {
        foreach (var (key, value) in parameters)
        {
            await transaction.ExecuteAsync(InsertParameter, run.Id, key, run.Experiment, value);
        }
    }

    /// <summary>Sets tags; of two with one key the later holds. The tag of a run's name is the run's name.</summary>
    public static async Task SetTagsAsync(WriteTransaction transaction, Run run, IReadOnlyList<Tag> tags)
    {
        foreach (var (key, value) in tags)
        {
            await transaction.ExecuteAsync(UpsertTag, run.Id, key, run.Experiment, value);
            if (key == Tag.RunName && value != run.Name)
            {
                run = await RunStore.SaveAsync(transaction, run with { Name = value });
            }
        }
    }

    public static async Task<string?> FindTagAsync(WriteTransaction transaction, Run run, string key) =>
        (await transaction.QueryAsync(FindTag, reader => reader.GetString(0), run.Id, key)) is [var value] ? value : null;

    public static async Task DeleteTagAsync(WriteTransaction transaction, Run run, string key)
    {
        if (await transaction.ExecuteAsync(RemoveTag, run.Id, key) == 0)
        {
            throw new SlipwayException(ErrorKind.NotFound, $"No tag with name: {key} in run with id {run.RunId}");
        }
    }
}
