using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core.Errors;
using Slipway.Mlflow;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Traces.Endpoints;

/// <summary>Links traces that are there to a run, and a trace to the versions of prompts that it used.</summary>
internal static class LinkTraces
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMlflow("POST", "2.0/mlflow/traces/link-to-run", "LinkTracesToRun", Permission.Develop, LinkToRunAsync);
        routes.MapMlflow("POST", "2.0/mlflow/traces/link-prompts", "LinkPromptsToTrace", Permission.Develop, LinkPromptsAsync);
    }

    private static async Task LinkToRunAsync(MlflowCall call)
    {
        var (runId, traceIds) = (call.Fields.RequiredText("run_id"), call.Fields.Texts("trace_ids"));
        if (traceIds.Count > TraceLimits.LinkedAtOnce)
        {
            throw new SlipwayException(
                ErrorKind.InvalidInput,
                string.Create(CultureInfo.InvariantCulture, $"Cannot link more than {TraceLimits.LinkedAtOnce} traces to a run in a single request. Provided {traceIds.Count} traces."));
        }

        await call.ChangeAsync(runId, async transaction =>
        {
            var run = await RunStore.GetActiveAsync(transaction, runId);
            foreach (var traceId in traceIds)
            {
                await TraceStore.LinkAsync(transaction, await TraceStore.GetAsync(transaction, traceId), run.RunId);
            }

            return runId;
        });
        await call.AnswerAsync();
    }

    // Clients read the links in a tag, a list of names and versions.
    private static async Task LinkPromptsAsync(MlflowCall call)
    {
        var traceId = call.Fields.RequiredText("trace_id");
        Prompt[] prompts = [.. call.Fields.Messages("prompt_versions").Select(prompt => new Prompt(prompt.RequiredLimited("name", Limits.Key), prompt.RequiredLimited("version", Limits.Key)))];
        await call.ChangeAsync(traceId, async transaction =>
        {
            var trace = await TraceStore.GetAsync(transaction, traceId);
            var linked = Read(await TraceStore.FindTagAsync(transaction, trace, TraceKeys.LinkedPrompts)).Union(prompts);
            var tag = new Tag(TraceKeys.LinkedPrompts, JsonSerializer.Serialize(linked, JsonSerializerOptions.Web));
            await TraceStore.SetTagsAsync(transaction, trace, [TraceLimits.Checked(tag, "prompt_versions")]);
            return traceId;
        });
        await call.AnswerAsync();
    }

    private static IEnumerable<Prompt> Read(string? tag)
    {
        try
        {
            return tag is null ? [] : (JsonSerializer.Deserialize<Prompt?[]>(tag, JsonSerializerOptions.Web) ?? []).OfType<Prompt>();
        }
        catch (JsonException)
        {
            // Somebody set the tag to something else, which is no list to add to.
            return [];
        }
    }

    private sealed record Prompt(string Name, string Version);
}
