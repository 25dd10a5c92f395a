using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core.Errors;
using Slipway.Mlflow;
using Slipway.Tracking.Traces.Spans;

namespace Slipway.Tracking.Traces.Endpoints;

/// <summary>Traces with those of their spans that are kept here; the others lie in a file that the client reads itself.</summary>
internal static class GetSpans
{
    public static void Map(IEndpointRouteBuilder routes, TraceReader reader, SpanReader spans)
    {
        routes.MapMlflow("GET", "3.0/mlflow/traces/get", "GetTrace", Permission.Read, call => GetAsync(call, reader, spans));
        foreach (var version in new[] { 2, 3 })
        {
            routes.MapMlflow("GET", $"{version}.0/mlflow/traces/batchGet", $"BatchGetTracesV{version}", Permission.Read, call => GetSeveralAsync(call, reader, spans));
        }
    }

    private static async Task GetAsync(MlflowCall call, TraceReader reader, SpanReader spans)
    {
        var content = await reader.GetAsync(call.Fields.RequiredText("trace_id"), call.Cancellation);
        if (call.Fields.Boolean("allow_partial") != true && Expected(content) is { } expected && await spans.CountAsync(content.Trace, call.Cancellation) < expected)
        {
            // The client asks again until the spans that are on their way have come.
            throw new SlipwayException(ErrorKind.NotFound, $"Trace with ID {content.Trace.TraceId} is not fully exported yet.");
        }

        await call.StreamAsync(async json =>
        {
            json.WriteStartObject("trace");
            await WriteAsync(call, json, content, spans);
            json.WriteEndObject();
        });
    }

    private static async Task GetSeveralAsync(MlflowCall call, TraceReader reader, SpanReader spans)
    {
        var ids = await reader.IdsAsync(call.Fields.TraceIds(), call.Cancellation);
        await call.StreamAsync(async json =>
        {
            if (ids.Count == 0)
            {
                return;
            }

            json.WriteStartArray("traces");
            foreach (var part in ids.Chunk(TraceReader.Part))
            {
                foreach (var content in await reader.ReadAsync(part, call.Cancellation))
                {
                    json.WriteStartObject();
                    await WriteAsync(call, json, content, spans);
                    json.WriteEndObject();
                }
            }

            json.WriteEndArray();
        });
    }

    private static async Task WriteAsync(MlflowCall call, Utf8JsonWriter json, TraceContent content, SpanReader spans)
    {
        content.WriteInfo(json, "trace_info");
        await spans.WriteAsync(call, json, content.Trace);
    }

    /// <summary>How many spans the client says that the trace has, where they are kept here.</summary>
    private static long? Expected(TraceContent content)
    {
        var stats = content.Metadata.Find(tag => tag.Key == TraceKeys.SizeStats).Value;
        if (stats is null || !content.Tags.Contains(new Tag(TraceKeys.SpansLocation, TraceKeys.TrackingStore)))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(stats);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("num_spans", out var number) && number.TryGetInt64(out var spans) ? spans : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Metadata may hold anything.
            return null;
        }
    }
}
