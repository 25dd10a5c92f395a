using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Scorers.Endpoints;

/// <summary>Lists scorers, each with its newest version, and the versions of one. A scorer may have half a million characters, so they are read and sent one by one.</summary>
internal static class ListScorers
{
    private const int Enough = 500_000;

    public static void Map(IEndpointRouteBuilder routes, ScorerStore scorers)
    {
        routes.MapMlflow("GET", "3.0/mlflow/scorers/list", "ListScorers", Permission.Read, async call =>
        {
            var (experiments, keys) = call.Fields.Selection();
            var names = await scorers.ListNamesAsync(experiments, keys, call.Cancellation);
            await StreamAsync(call, names, scorer => scorers.FindAsync(scorer.Experiment, scorer.Name, version: null, call.Cancellation));
        });
        routes.MapMlflow("GET", "3.0/mlflow/scorers/versions", "ListScorerVersions", Permission.Read, async call =>
        {
            var (experiment, name) = (call.Fields.RequiredText("experiment_id"), call.Fields.ScorerName());
            var versions = await scorers.ListVersionsAsync(experiment, name, call.Cancellation);
            await StreamAsync(call, versions, version => scorers.FindAsync(ExperimentStore.NumberOf(experiment), name, version, call.Cancellation));
        });
    }

    private static Task StreamAsync<T>(MlflowCall call, IReadOnlyList<T> items, Func<T, Task<Scorer?>> load) => call.StreamAsync(async json =>
    {
        if (items.Count == 0)
        {
            return;
        }

        var written = 0;
        json.WriteStartArray("scorers");
        foreach (var item in items)
        {
            // What was deleted meanwhile is left out.
            if (await load(item) is { } scorer)
            {
                json.WriteStartObject();
                scorer.Write(json);
                json.WriteEndObject();
                if ((written += scorer.Serialized.Length) > Enough)
                {
                    written = 0;
                    await call.FlushAsync(json);
                }
            }
        }

        json.WriteEndArray();
    });
}
