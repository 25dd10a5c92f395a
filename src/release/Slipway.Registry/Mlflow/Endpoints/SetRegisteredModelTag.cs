using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;

namespace Slipway.Registry.Mlflow.Endpoints;

internal static class SetRegisteredModelTag
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMlflow("POST", "2.0/mlflow/registered-models/set-tag", "SetRegisteredModelTag", Permission.Develop, async call =>
        {
            var tag = call.Fields.Tag();
            await call.ChangeModelAsync(call.Fields.ModelNamed(), (transaction, model) => RegisteredModelStore.SetTagAsync(transaction, model.Id, tag));
            await call.AnswerAsync();
        });
        routes.MapMlflow("DELETE", "2.0/mlflow/registered-models/delete-tag", "DeleteRegisteredModelTag", Permission.Develop, async call =>
        {
            var key = call.Fields.RequiredText("key");
            await call.ChangeModelAsync(call.Fields.ModelNamed(), (transaction, model) => RegisteredModelStore.DeleteTagAsync(transaction, model.Id, key));
            await call.AnswerAsync();
        });
    }
}
