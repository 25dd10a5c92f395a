using System.Buffers;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.LoggedModels.Endpoints;

internal static class CreateLoggedModel
{
    // A name stands in addresses such as models:/NAME/VERSION.
    private const string Forbidden = "/:.%\"'";

    private static readonly SearchValues<char> ForbiddenCharacters = SearchValues.Create(Forbidden);

    public static void Map(IEndpointRouteBuilder routes, LoggedModelStore models, LoggedModelReader reader) => routes.MapMlflow(
        "POST", "2.0/mlflow/logged-models", "CreateLoggedModel", Permission.Develop, call => HandleAsync(call, models, reader));

    private static async Task HandleAsync(MlflowCall call, LoggedModelStore models, LoggedModelReader reader)
    {
        var fields = call.Fields;
        var experiment = fields.RequiredText("experiment_id");
        var name = NameOf(fields);
        var type = Given(fields.Limited("model_type", Limits.ModelName));
        var run = Given(fields.Limited("source_run_id", Limits.Key));
        var tags = fields.ModelTags();
        var parameters = fields.ModelParameters();
        var model = await call.ChangeAsync(experiment, async transaction =>
        {
            var created = await models.CreateAsync(transaction, experiment, name, type, run);
            await LoggedModelStore.SetTagsAsync(transaction, created, tags);
            await LoggedModelStore.AddParametersAsync(transaction, created, parameters);
            return created;
        });
        await reader.AnswerAsync(call, model);
    }

    private static string NameOf(MlflowFields fields)
    {
        var name = fields.Limited("name", Limits.ModelName);
        return name.Length == 0 ? RunName.New()
            : !name.AsSpan().ContainsAny(ForbiddenCharacters) ? name
            : throw fields.Invalid("name", name, $"A model's name cannot contain the characters {Forbidden}");
    }

    private static string? Given(string text) => text.Length > 0 ? text : null;
}
