using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;

namespace Slipway.Registry.Mlflow.Endpoints;

internal static class UpdateRegisteredModel
{
    public static void Map(IEndpointRouteBuilder routes, RegisteredModelStore models, RegistryReader reader)
    {
        routes.MapMlflow("PATCH", "2.0/mlflow/registered-models/update", "UpdateRegisteredModel", Permission.Develop, async call =>
        {
            var name = call.Fields.ModelNamed();
            var description = call.Fields.Limited("description", RegistryFields.Description);
            await call.ChangeModelAsync(name, (transaction, model) => models.DescribeAsync(transaction, model, description));
            await call.AnswerModelAsync(reader, name);
        });
        routes.MapMlflow("POST", "2.0/mlflow/registered-models/rename", "RenameRegisteredModel", Permission.Develop, async call =>
        {
            var name = call.Fields.ModelNamed();
            var next = call.Fields.NewModelName("new_name");
            await call.ChangeModelAsync(name, (transaction, model) => models.RenameAsync(transaction, model, next));
            await call.AnswerModelAsync(reader, next);
        });
    }
}
