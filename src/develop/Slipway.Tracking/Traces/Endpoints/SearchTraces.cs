using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Storage;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Traces.Endpoints;

internal static class SearchTraces
{
    public static void Map(IEndpointRouteBuilder routes, TraceReader reader, Database database) => routes.MapMlflow(
        "POST",
        "3.0/mlflow/traces/search",
        "SearchTracesV3",
        Permission.Read,
        call => HandleAsync(call, Locations(call.Fields), reader, database, (json, content) => content.WriteInfo(json)));

    /// <summary>Answers with a page of the traces of some experiments, in either form.</summary>
    public static async Task HandleAsync(MlflowCall call, IReadOnlyList<string> experimentIds, TraceReader reader, Database database, Action<Utf8JsonWriter, TraceContent> write)
    {
        var fields = call.Fields;
        var query = TraceSearch.Query(
            [.. experimentIds.Select(ExperimentStore.NumberOf)],
            fields.Text("filter"),
            fields.Texts("order_by"),
            fields.PageSize(TraceLimits.SearchDefault, TraceLimits.SearchPage),
            fields.Text("page_token"));
        var page = await database.ReadAsync(connection => query.RunAsync(connection, call.Cancellation), call.Cancellation);
        await call.StreamAsync(async json =>
        {
            await call.WriteTracesAsync(json, "traces", page.Ids, reader, write);
            if (page.NextPageToken is { } token)
            {
                json.WriteString("next_page_token", token);
            }
        });
    }

    /// <summary>Writes traces as a list, a part at a time; nothing where there are none.</summary>
    public static async Task WriteTracesAsync(
        this MlflowCall call, Utf8JsonWriter json, string name, IReadOnlyList<long> ids, TraceReader reader, Action<Utf8JsonWriter, TraceContent> write)
    {
        if (ids.Count == 0)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var part in ids.Chunk(TraceReader.Part))
        {
            foreach (var content in await reader.ReadAsync(part, call.Cancellation))
            {
                write(json, content);
            }

            await call.FlushAsync(json);
        }

        json.WriteEndArray();
    }

    private static IReadOnlyList<string> Locations(MlflowFields fields) => fields.Messages("locations") is { Count: > 0 } locations
        ? [.. locations.Select(StartTrace.ExperimentId)]
        : throw fields.Missing("locations");
}
