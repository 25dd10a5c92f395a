using System.Globalization;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core.Errors;
using Slipway.Mlflow;
using Slipway.Storage;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Traces.Endpoints;

/// <summary>Traces go by their ids, or by their age, the oldest first.</summary>
internal static class DeleteTraces
{
    public static void Map(IEndpointRouteBuilder routes, TraceDeletion deletion)
    {
        routes.MapMlflow("POST", "2.0/mlflow/traces/delete-traces", "DeleteTraces", Permission.Develop, call => HandleAsync(call, deletion));
        routes.MapMlflow("POST", "3.0/mlflow/traces/delete-traces", "DeleteTracesV3", Permission.Develop, call => HandleAsync(call, deletion));
    }

    private static async Task HandleAsync(MlflowCall call, TraceDeletion deletion)
    {
        var fields = call.Fields;
        var experimentId = fields.RequiredText("experiment_id");
        var (latest, most, ids) = (fields.Integer("max_timestamp_millis"), fields.Integer("max_traces"), fields.Texts("request_ids"));
        Check(latest, most, ids);
        var deleted = latest is { } moment ? await DeleteOldestAsync(call, deletion, experimentId, moment, most ?? long.MaxValue) : await DeleteAsync(call, deletion, experimentId, ids);
        await call.AnswerAsync(json => json.WriteNumber("traces_deleted", deleted));
    }

    // In several transactions, each with its audit entry, until one finds no more.
    private static async Task<long> DeleteOldestAsync(MlflowCall call, TraceDeletion deletion, string experimentId, long latest, long most)
    {
        var deleted = 0L;
        int found, part;
        do
        {
            part = (int)Math.Min(TraceDeletion.Part, most - deleted);
            found = await ChangeAsync(call, experimentId, (transaction, experiment) => deletion.DeleteOldestAsync(transaction, experiment, latest, part));
            deleted += found;
        }
        while (found == part && deleted < most);

        return deleted;
    }

    private static async Task<long> DeleteAsync(MlflowCall call, TraceDeletion deletion, string experimentId, IReadOnlyList<string> ids)
    {
        var deleted = 0L;
        foreach (var part in ids.Chunk(TraceDeletion.Part))
        {
            deleted += await ChangeAsync(call, experimentId, (transaction, experiment) => deletion.DeleteAsync(transaction, experiment, part));
        }

        return deleted;
    }

    private static Task<int> ChangeAsync(MlflowCall call, string experimentId, Func<WriteTransaction, Experiment, Task<int>> change) =>
        call.ChangeAsync(experimentId, async transaction => await change(transaction, await ExperimentStore.GetAsync(transaction, experimentId)));

    private static void Check(long? latest, long? most, IReadOnlyList<string> ids)
    {
        var mistake = latest is null && ids.Count == 0 ? "Either `max_timestamp_millis` or `request_ids` must be specified."
            : latest is not null && ids.Count > 0 ? "Only one of `max_timestamp_millis` and `request_ids` can be specified."
            : most is not null && ids.Count > 0 ? "`max_traces` can't be specified if `request_ids` is specified."
            : most <= 0 ? string.Create(CultureInfo.InvariantCulture, $"`max_traces` must be a positive integer, received {most}.")
            : null;
        if (mistake is not null)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, mistake);
        }
    }
}
