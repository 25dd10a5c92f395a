using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;

namespace Slipway.Registry.Mlflow.Endpoints;

internal static class GetLatestVersions
{
    // Clients of different ages ask by either method.
    public static void Map(IEndpointRouteBuilder routes, RegistryReader reader)
    {
        routes.MapMlflow("POST", "2.0/mlflow/registered-models/get-latest-versions", "GetLatestVersions", Permission.Read, call => HandleAsync(call, reader));
        routes.MapMlflow("GET", "2.0/mlflow/registered-models/get-latest-versions", "GetLatestVersionsByQuery", Permission.Read, call => HandleAsync(call, reader));
    }

    private static async Task HandleAsync(MlflowCall call, RegistryReader reader)
    {
        var name = call.Fields.ModelNamed();
        var stages = call.Fields.Texts("stages").Select(stage => ModelStage.Of(call.Fields, "stages", stage)).ToHashSet();
        var model = await reader.GetModelAsync(name, call.Cancellation);
        RegisteredVersionContent[] found = [.. model.Latest.Where(version => stages.Count == 0 || stages.Contains(version.Stage))];
        await call.AnswerAsync(json => json.WriteList("model_versions", found, static (writer, version) => version.Write(writer)));
    }
}
