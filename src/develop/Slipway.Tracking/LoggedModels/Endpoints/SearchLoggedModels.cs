using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Storage;

namespace Slipway.Tracking.LoggedModels.Endpoints;

internal static class SearchLoggedModels
{
    public static void Map(IEndpointRouteBuilder routes, LoggedModelReader reader, Database database) => routes.MapMlflow(
        "POST", "2.0/mlflow/logged-models/search", "SearchLoggedModels", Permission.Read, call => HandleAsync(call, reader, database));

    private static async Task HandleAsync(MlflowCall call, LoggedModelReader reader, Database database)
    {
        var query = LoggedModelSearch.Of(call.Fields);
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
