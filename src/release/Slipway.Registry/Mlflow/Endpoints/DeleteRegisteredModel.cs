using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;

namespace Slipway.Registry.Mlflow.Endpoints;

internal static class DeleteRegisteredModel
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow("DELETE", "2.0/mlflow/registered-models/delete", "DeleteRegisteredModel", Permission.Develop, async call =>
    {
        await call.ChangeModelAsync(call.Fields.ModelNamed(), RegisteredModelStore.DeleteAsync);
        await call.AnswerAsync();
    });
}
