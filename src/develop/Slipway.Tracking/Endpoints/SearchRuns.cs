using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Storage;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.Runs;
using Slipway.Tracking.Search;

namespace Slipway.Tracking.Endpoints;

internal static class SearchRuns
{
    public static void Map(IEndpointRouteBuilder routes, RunReader reader, Database database) => routes.MapMlflow(
        "POST", "2.0/mlflow/runs/search", "SearchRuns", Permission.Read, call => HandleAsync(call, reader, database));

    private static async Task HandleAsync(MlflowCall call, RunReader reader, Database database)
    {
        var fields = call.Fields;
        var query = SearchQuery.ForRuns(
            [.. fields.Texts("experiment_ids").Select(ExperimentStore.NumberOf)],
            fields.Text("filter"),
            fields.Texts("order_by"),
            fields.View("run_view_type"),
            fields.PageSize(Limits.SearchDefault, Limits.SearchPage),
            fields.Text("page_token"));
        var page = await database.ReadAsync(connection => query.RunAsync(connection, call.Cancellation), call.Cancellation);
        await call.StreamAsync(async json =>
        {
            await reader.WriteListAsync(call, json, page.Ids);
            if (page.NextPageToken is { } token)
            {
                json.WriteString("next_page_token", token);
            }
        });
    }
}
