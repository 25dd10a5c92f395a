using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;

namespace Slipway.Tracking.EvaluationDatasets.Endpoints;

internal static class UpsertEvaluationRecords
{
    public static void Map(IEndpointRouteBuilder routes, EvaluationDatasetStore store) => routes.MapMlflow(
        "POST", $"{EvaluationDatasetCalls.One}/records", "UpsertEvaluationDatasetRecords", Permission.Develop, call => HandleAsync(call, store), EvaluationLimits.Request);

    private static async Task HandleAsync(MlflowCall call, EvaluationDatasetStore store)
    {
        var sent = call.Fields.MessagesInText("records") ?? throw call.Fields.Missing("records");
        Limits.CheckBatch("records", sent.Count, EvaluationLimits.Batch);
        var by = call.Actor.Name;
        var records = sent.Select(fields => EvaluationRecord.Of(fields, by)).ToArray();
        var (inserted, updated) = await call.ChangeDatasetAsync((transaction, dataset) => store.UpsertAsync(transaction, dataset, records, by));
        await call.AnswerAsync(json =>
        {
            json.WriteNumber("inserted_count", inserted);
            json.WriteNumber("updated_count", updated);
        });
    }
}
