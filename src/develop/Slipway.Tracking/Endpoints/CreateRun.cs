using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Endpoints;

internal static class CreateRun
{
    private const string DefaultExperiment = "0";

    public static void Map(IEndpointRouteBuilder routes, RunStore runs) => routes.MapMlflow(
        "POST", "2.0/mlflow/runs/create", "CreateRun", Permission.Develop, call => HandleAsync(call, runs));

    private static async Task HandleAsync(MlflowCall call, RunStore runs)
    {
        var fields = call.Fields;
        var experiment = fields.Text("experiment_id") is { Length: > 0 } id ? id : DefaultExperiment;
        var userId = fields.Limited("user_id", Limits.TagValue);
        var startTime = fields.Integer("start_time");

        // Of two tags with one key the later holds, as when they are set one by one.
        var tags = fields.Tags().GroupBy(tag => tag.Key).Select(same => same.Last()).ToDictionary(tag => tag.Key, tag => tag.Value);
        var name = NameOf(fields, tags);
        tags[Tag.RunName] = name;
        Tag[] list = [.. tags.Select(tag => new Tag(tag.Key, tag.Value)).OrderBy(tag => tag.Key, StringComparer.Ordinal)];
        var run = await call.ChangeAsync(experiment, async transaction =>
        {
            var created = await runs.CreateAsync(transaction, experiment, name, userId, startTime);
            await RunLog.SetTagsAsync(transaction, created, list);
            return created;
        });
        await call.AnswerAsync(json =>
        {
            json.WriteStartObject("run");
            new RunContent(run) { Tags = [.. list] }.WriteBegun(json);
            json.WriteEndObject();
        });
    }

    private static string NameOf(MlflowFields fields, Dictionary<string, string> tags)
    {
        var name = fields.Limited("run_name", Limits.TagValue);
        var tag = tags.GetValueOrDefault(Tag.RunName, "");
        if (name.Length > 0 && tag.Length > 0 && name != tag)
        {
            throw fields.Invalid("run_name", name, $"The tag {Tag.RunName} says another name. Give one of them.");
        }

        return name.Length > 0 ? name : tag.Length > 0 ? tag : RunName.New();
    }
}
