using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Registry.Mlflow.Webhooks;

namespace Slipway.Registry.Mlflow.Endpoints;

internal static class SetModelAlias
{
    private const string Path = "2.0/mlflow/registered-models/alias";

    public static void Map(IEndpointRouteBuilder routes, RegistryReader reader)
    {
        routes.MapMlflow("POST", Path, "SetRegisteredModelAlias", Permission.Develop, async call =>
        {
            var alias = call.Fields.NewAlias();
            await call.ChangeVersionAsync(async (transaction, version) =>
            {
                await RegisteredModelStore.SetAliasAsync(transaction, version, alias);
                await Announcement.AliasSetAsync(transaction, call.Actor, version, alias);
            });
            await call.AnswerAsync();
        });
        routes.MapMlflow("DELETE", Path, "DeleteRegisteredModelAlias", Permission.Develop, async call =>
        {
            var alias = call.Fields.AliasNamed();
            await call.ChangeModelAsync(call.Fields.ModelNamed(), async (transaction, model) =>
            {
                await RegisteredModelStore.DeleteAliasAsync(transaction, model, alias);
                await Announcement.AliasDeletedAsync(transaction, call.Actor, model, alias);
            });
            await call.AnswerAsync();
        });
        routes.MapMlflow("GET", Path, "GetModelVersionByAlias", Permission.Read, async call =>
        {
            var (name, alias) = (call.Fields.ModelNamed(), call.Fields.AliasNamed());
            var model = await reader.GetModelAsync(name, call.Cancellation);
            await call.AnswerVersionAsync(reader, name, await reader.FindAliasAsync(model.Model.Id, alias, call.Cancellation) ?? throw ModelSource.NoAlias(alias));
        });
    }
}
