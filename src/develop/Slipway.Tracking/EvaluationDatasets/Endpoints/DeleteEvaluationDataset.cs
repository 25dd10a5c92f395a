using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;

namespace Slipway.Tracking.EvaluationDatasets.Endpoints;

internal static class DeleteEvaluationDataset
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow("DELETE", EvaluationDatasetCalls.One, "DeleteEvaluationDataset", Permission.Develop, async call =>
    {
        await call.ChangeDatasetAsync(EvaluationDatasetStore.DeleteAsync);
        await call.AnswerAsync();
    });
}
