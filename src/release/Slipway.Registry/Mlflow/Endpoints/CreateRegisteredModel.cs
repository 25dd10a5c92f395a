using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;

namespace Slipway.Registry.Mlflow.Endpoints;

internal static class CreateRegisteredModel
{
    public static void Map(IEndpointRouteBuilder routes, RegisteredModelStore models, RegistryReader reader) => routes.MapMlflow(
        "POST", "2.0/mlflow/registered-models/create", "CreateRegisteredModel", Permission.Develop, call => HandleAsync(call, models, reader));

    private static async Task HandleAsync(MlflowCall call, RegisteredModelStore models, RegistryReader reader)
    {
        var name = call.Fields.NewModelName();
        var description = call.Fields.Limited("description", RegistryFields.Description);
        var tags = call.Fields.NewTags();
        await call.ChangeAsync(name, transaction => models.CreateAsync(transaction, name, description, tags, call.Actor));
        await call.AnswerModelAsync(reader, name);
    }
}
