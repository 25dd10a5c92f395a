using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;

namespace Slipway.Tracking.EvaluationDatasets.Endpoints;

internal static class EvaluationDatasetTags
{
    public static void Map(IEndpointRouteBuilder routes, EvaluationDatasetStore store)
    {
        routes.MapMlflow("PATCH", $"{EvaluationDatasetCalls.One}/tags", "SetEvaluationDatasetTags", Permission.Develop, async call =>
        {
            var tags = call.Fields.DatasetTags() ?? throw call.Fields.Missing("tags");
            await call.ChangeDatasetAsync((transaction, dataset) => store.SetTagsAsync(transaction, dataset, tags, call.Actor.Name));
            await call.AnswerAsync();
        });

        // A key may hold slashes.
        routes.MapMlflow("DELETE", $"{EvaluationDatasetCalls.One}/tags/{{**key}}", "DeleteEvaluationDatasetTag", Permission.Develop, async call =>
        {
            var key = call.InPath("key");
            await call.ChangeDatasetAsync((transaction, dataset) => store.DeleteTagAsync(transaction, dataset, key, call.Actor.Name));
            await call.AnswerAsync();
        });
    }
}
