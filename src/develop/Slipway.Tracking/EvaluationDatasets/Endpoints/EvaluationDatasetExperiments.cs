using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;

namespace Slipway.Tracking.EvaluationDatasets.Endpoints;

internal static class EvaluationDatasetExperiments
{
    public static void Map(IEndpointRouteBuilder routes, EvaluationDatasetStore store, EvaluationDatasetReader reader)
    {
        routes.MapMlflow("GET", $"{EvaluationDatasetCalls.One}/experiment-ids", "GetEvaluationDatasetExperimentIds", Permission.Read, async call =>
        {
            var dataset = await reader.GetAsync(call.DatasetId(), call.Cancellation);
            await call.AnswerAsync(dataset.WriteExperiments);
        });
        routes.MapMlflow("POST", $"{EvaluationDatasetCalls.One}/add-experiments", "AddEvaluationDatasetToExperiments", Permission.Develop, async call =>
        {
            var experiments = call.Fields.DatasetExperiments();
            await call.ChangeDatasetAsync((transaction, dataset) => store.AddExperimentsAsync(transaction, dataset, experiments, call.Actor.Name));
            await call.AnswerDatasetAsync(reader, call.DatasetId());
        });
        routes.MapMlflow("POST", $"{EvaluationDatasetCalls.One}/remove-experiments", "RemoveEvaluationDatasetFromExperiments", Permission.Develop, async call =>
        {
            var experiments = call.Fields.DatasetExperiments();
            await call.ChangeDatasetAsync((transaction, dataset) => store.RemoveExperimentsAsync(transaction, dataset, experiments, call.Actor.Name));
            await call.AnswerDatasetAsync(reader, call.DatasetId());
        });
    }
}
