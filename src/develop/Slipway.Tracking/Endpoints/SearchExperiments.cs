using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Storage;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.Search;

namespace Slipway.Tracking.Endpoints;

internal static class SearchExperiments
{
    // MLflow's pages ask by GET, its clients by POST.
    public static void Map(IEndpointRouteBuilder routes, ExperimentStore experiments, Database database)
    {
        routes.MapMlflow("POST", "2.0/mlflow/experiments/search", "SearchExperiments", Permission.Read, call => HandleAsync(call, experiments, database));
        routes.MapMlflow("GET", "2.0/mlflow/experiments/search", "SearchExperimentsByQuery", Permission.Read, call => HandleAsync(call, experiments, database));
    }

    private static async Task HandleAsync(MlflowCall call, ExperimentStore experiments, Database database)
    {
        var fields = call.Fields;
        var query = SearchQuery.ForExperiments(
            fields.Text("filter"),
            fields.Texts("order_by"),
            fields.View("view_type"),
            fields.PageSize(Limits.SearchDefault, Limits.SearchPage),
            fields.Text("page_token"));
        var page = await database.ReadAsync(connection => query.RunAsync(connection, call.Cancellation), call.Cancellation);
        var found = await experiments.ListAsync(page.Ids, call.Cancellation);
        await call.AnswerAsync(json =>
        {
            json.WriteList("experiments", found, (_, row) => row.Experiment.Write(json, row.Tags));
            if (page.NextPageToken is { } token)
            {
                json.WriteString("next_page_token", token);
            }
        });
    }
}
