using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;

namespace Slipway.Tracking.EvaluationDatasets.Endpoints;

internal static class GetEvaluationDataset
{
    public static void Map(IEndpointRouteBuilder routes, EvaluationDatasetReader reader) => routes.MapMlflow(
        "GET", EvaluationDatasetCalls.One, "GetEvaluationDataset", Permission.Read, call => call.AnswerDatasetAsync(reader, call.DatasetId()));
}
