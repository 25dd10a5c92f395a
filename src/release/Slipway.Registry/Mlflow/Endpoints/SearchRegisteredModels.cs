using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Storage;

namespace Slipway.Registry.Mlflow.Endpoints;

internal static class SearchRegisteredModels
{
    public static void Map(IEndpointRouteBuilder routes, RegistryReader reader, Database database) => routes.MapMlflow(
        "GET", "2.0/mlflow/registered-models/search", "SearchRegisteredModels", Permission.Read, call => HandleAsync(call, reader, database));

    private static async Task HandleAsync(MlflowCall call, RegistryReader reader, Database database)
    {
        var fields = call.Fields;
        var query = RegistrySearch.ForModels(
            fields.Text("filter"), fields.Texts("order_by"), fields.PageSize(RegistryFields.ModelsDefault, RegistryFields.ModelsPage), fields.Text("page_token"));
        var page = await database.ReadAsync(connection => query.RunAsync(connection, call.Cancellation), call.Cancellation);
        await call.StreamPageAsync("registered_models", page, ids => reader.ListModelsAsync(ids, call.Cancellation), static (json, model) => model.Write(json));
    }
}
