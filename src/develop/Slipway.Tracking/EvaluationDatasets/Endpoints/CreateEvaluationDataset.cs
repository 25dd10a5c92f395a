using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;

namespace Slipway.Tracking.EvaluationDatasets.Endpoints;

internal static class CreateEvaluationDataset
{
    private const string UserTag = "mlflow.user";

    public static void Map(IEndpointRouteBuilder routes, EvaluationDatasetStore store, EvaluationDatasetReader reader) => routes.MapMlflow(
        "POST", $"{EvaluationDatasetCalls.Path}/create", "CreateEvaluationDataset", Permission.Develop, call => HandleAsync(call, store, reader));

    private static async Task HandleAsync(MlflowCall call, EvaluationDatasetStore store, EvaluationDatasetReader reader)
    {
        var fields = call.Fields;
        var name = fields.RequiredLimited("name", EvaluationLimits.Name);
        if (string.IsNullOrWhiteSpace(name))
        {
            throw fields.Invalid("name", name, "It is not blank.");
        }

        var tags = fields.DatasetTags() ?? [];
        var experiments = fields.DatasetExperiments();
        var by = tags.LastOrDefault(tag => tag.Key == UserTag).Value is { Length: > 0 } user ? user : call.Actor.Name;
        var id = await call.ChangeAsync(name, transaction => store.CreateAsync(transaction, name, by, tags, experiments));
        await call.AnswerDatasetAsync(reader, id);
    }
}
