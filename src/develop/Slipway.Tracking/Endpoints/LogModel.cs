using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core.Errors;
using Slipway.Mlflow;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Endpoints;

/// <summary>How clients before MLflow 3, and its Spark flavour, say that a run made a model: the model's description joins a list in one of the run's tags.</summary>
internal static class LogModel
{
    private static readonly string[] Mandatory = ["artifact_path", "flavors", "run_id", "utc_time_created"];

    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow("POST", "2.0/mlflow/runs/log-model", "LogModel", Permission.Develop, HandleAsync);

    private static Task HandleAsync(MlflowCall call)
    {
        var model = ModelOf(call.Fields);
        return call.ChangeRunAsync(async (transaction, run) =>
        {
            var history = ListOf(await RunLog.FindTagAsync(transaction, run, Tag.ModelHistory));
            history.Add(model);
            var value = history.ToJsonString();
            await RunLog.SetTagsAsync(transaction, run, value.Length <= Limits.TagValue ? [new Tag(Tag.ModelHistory, value)] : throw new SlipwayException(
                ErrorKind.InvalidInput, $"'model_json' would make the tag {Tag.ModelHistory} longer than {Limits.TagValue} characters, which is the most. Log the model to a run of its own."));
        });
    }

    private static JsonObject ModelOf(MlflowFields fields)
    {
        var json = fields.RequiredText("model_json");
        if (Parse(json) is not JsonObject model)
        {
            throw fields.Invalid("model_json", json, "It is the text of a JSON object.");
        }

        return Mandatory.Where(name => !model.ContainsKey(name)).ToList() is { Count: > 0 } missing
            ? throw fields.Invalid("model_json", json, $"Model json is missing mandatory fields: {string.Join(", ", missing)}.")
            : model;
    }

    // A tag can be set to anything; what is no list is not lost silently, but nothing can join it.
    private static JsonArray ListOf(string? tag) => tag is null ? [] : Parse(tag) as JsonArray
        ?? throw new SlipwayException(ErrorKind.InvalidInput, $"The run's tag {Tag.ModelHistory} is not a list in JSON. Delete it, and log the model again.");

    private static JsonNode? Parse(string json)
    {
        try
        {
            return JsonNode.Parse(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
