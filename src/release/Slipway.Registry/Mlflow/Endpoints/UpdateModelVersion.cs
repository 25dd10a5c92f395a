using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;

namespace Slipway.Registry.Mlflow.Endpoints;

internal static class UpdateModelVersion
{
    public static void Map(IEndpointRouteBuilder routes, RegisteredVersionStore versions, RegistryReader reader) => routes.MapMlflow(
        "PATCH", "2.0/mlflow/model-versions/update", "UpdateModelVersion", Permission.Develop, async call =>
        {
            var description = call.Fields.Limited("description", RegistryFields.Description);
            await call.ChangeVersionAsync((transaction, version) => versions.DescribeAsync(transaction, version, description));
            await call.AnswerVersionAsync(reader, call.Fields.ModelNamed(), call.Fields.VersionNumber());
        });
}
