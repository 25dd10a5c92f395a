using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;

namespace Slipway.Registry.Mlflow.Endpoints;

internal static class GetModelVersion
{
    public static void Map(IEndpointRouteBuilder routes, RegistryReader reader) => routes.MapMlflow(
        "GET", "2.0/mlflow/model-versions/get", "GetModelVersion", Permission.Read, call => call.AnswerVersionAsync(reader, call.Fields.ModelNamed(), call.Fields.VersionNumber()));
}
