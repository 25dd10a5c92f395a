using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Storage;

namespace Slipway.Registry.Mlflow.Endpoints;

internal static class SearchModelVersions
{
    public static void Map(IEndpointRouteBuilder routes, RegistryReader reader, Database database) => routes.MapMlflow(
        "GET", "2.0/mlflow/model-versions/search", "SearchModelVersions", Permission.Read, call => HandleAsync(call, reader, database));

    private static async Task HandleAsync(MlflowCall call, RegistryReader reader, Database database)
    {
        var fields = call.Fields;
        var query = RegistrySearch.ForVersions(
            fields.Text("filter"), fields.Texts("order_by"), fields.PageSize(RegistryFields.VersionsDefault, RegistryFields.VersionsPage), fields.Text("page_token"));
        var page = await database.ReadAsync(connection => query.RunAsync(connection, call.Cancellation), call.Cancellation);
        await call.StreamPageAsync("model_versions", page, ids => reader.ListVersionsAsync(ids, call.Cancellation), static (json, version) => version.Write(json));
    }
}
