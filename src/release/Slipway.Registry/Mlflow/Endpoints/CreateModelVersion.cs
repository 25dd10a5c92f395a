using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;

namespace Slipway.Registry.Mlflow.Endpoints;

internal static class CreateModelVersion
{
    public static void Map(IEndpointRouteBuilder routes, RegisteredVersionStore versions, RegistryReader reader) => routes.MapMlflow(
        "POST", "2.0/mlflow/model-versions/create", "CreateModelVersion", Permission.Develop, call => HandleAsync(call, versions, reader));

    private static async Task HandleAsync(MlflowCall call, RegisteredVersionStore versions, RegistryReader reader)
    {
        var fields = call.Fields;
        var name = fields.ModelNamed();
        var tags = fields.NewTags();
        var source = ModelSource.Of(fields, isPrompt: tags.Contains(new ModelTag(ModelTag.IsPrompt, "true")));
        var origin = await ModelSource.FindOriginAsync(reader, source, call.Cancellation);
        var version = new RegisteredVersion
        {
            Name = name,
            Source = source,
            Location = origin is null ? null : origin.Location ?? origin.Source,
            RunId = fields.Given("run_id", MlflowLimits.Key) ?? origin?.RunId,
            RunLink = fields.Given("run_link", RegistryFields.RunLink),
            ModelId = fields.Given("model_id", MlflowLimits.Key) ?? origin?.ModelId ?? ModelSource.LoggedModelOf(source),
            Description = fields.Limited("description", RegistryFields.Description),
            CreatedBy = call.Actor.Name,
        };
        var number = await call.ChangeAsync(name, async transaction => await versions.CreateAsync(transaction, await RegisteredModelStore.GetAsync(transaction, name), version, tags, call.Actor));
        await call.AnswerVersionAsync(reader, name, number);
    }
}
