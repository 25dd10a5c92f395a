using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;

namespace Slipway.Registry.Mlflow.Endpoints;

internal static class GetRegisteredModel
{
    public static void Map(IEndpointRouteBuilder routes, RegistryReader reader) => routes.MapMlflow(
        "GET", "2.0/mlflow/registered-models/get", "GetRegisteredModel", Permission.Read, call => call.AnswerModelAsync(reader, call.Fields.ModelNamed()));
}
