using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;

namespace Slipway.Tracking.EvaluationDatasets.Endpoints;

internal static class DeleteEvaluationRecords
{
    public static void Map(IEndpointRouteBuilder routes, EvaluationDatasetStore store) => routes.MapMlflow(
        "DELETE", $"{EvaluationDatasetCalls.One}/records", "DeleteEvaluationDatasetRecords", Permission.Develop, call => HandleAsync(call, store));

    private static async Task HandleAsync(MlflowCall call, EvaluationDatasetStore store)
    {
        var ids = call.Fields.Texts("dataset_record_ids");
        Limits.CheckBatch("dataset_record_ids", ids.Count, EvaluationLimits.Batch);
        var deleted = await call.ChangeDatasetAsync((transaction, dataset) => store.DeleteRecordsAsync(transaction, dataset, ids, call.Actor.Name));
        await call.AnswerAsync(json => json.WriteNumber("deleted_count", deleted));
    }
}
