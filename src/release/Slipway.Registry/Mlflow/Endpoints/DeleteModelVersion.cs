using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;

namespace Slipway.Registry.Mlflow.Endpoints;

internal static class DeleteModelVersion
{
    public static void Map(IEndpointRouteBuilder routes, RegisteredVersionStore versions) => routes.MapMlflow(
        "DELETE", "2.0/mlflow/model-versions/delete", "DeleteModelVersion", Permission.Develop, async call =>
        {
            await call.ChangeVersionAsync(versions.DeleteAsync);
            await call.AnswerAsync();
        });
}
