using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Storage;
using Slipway.Tracking.Traces.Figures;

namespace Slipway.Tracking.Traces.Endpoints;

/// <summary>Figures over traces, their spans or their assessments, by time and dimensions.</summary>
internal static class QueryTraceMetrics
{
    public static void Map(IEndpointRouteBuilder routes, Database database) => routes.MapMlflow(
        "POST", "3.0/mlflow/traces/metrics", "QueryTraceMetrics", Permission.Read, call => HandleAsync(call, database));

    private static async Task HandleAsync(MlflowCall call, Database database)
    {
        var query = FigureQuery.Read(call.Fields);
        var (groups, hasMore) = await database.ReadAsync(connection => FigureReader.ReadAsync(connection, query, call.Cancellation), call.Cancellation);
        var points = groups.Select(group => (group.Keys, Values: ValuesOf(group, query))).Where(point => point.Values.Count > 0).ToList();
        await call.AnswerAsync(json =>
        {
            json.WriteList("data_points", points, (writer, point) => Write(writer, query, point.Keys, point.Values));
            if (hasMore)
            {
                json.WriteString("next_page_token", query.NextToken);
            }
        });
    }

    private static List<(string Name, double Value)> ValuesOf(FigureGroup group, FigureQuery query) =>
        [.. query.Aggregations.Select(aggregation => (aggregation.Name, Value: group.Of(aggregation))).Where(value => value.Value is not null).Select(value => (value.Name, value.Value!.Value))];

    private static void Write(Utf8JsonWriter json, FigureQuery query, IReadOnlyList<object> keys, List<(string Name, double Value)> values)
    {
        json.WriteString("metric_name", query.Metric);
        json.WriteStartObject("dimensions");
        if (query.Interval is not null)
        {
            json.WriteString("time_bucket", DateTimeOffset.FromUnixTimeMilliseconds((long)keys[0]).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture));
        }

        foreach (var (dimension, key) in query.Dimensions.Zip(keys.Skip(query.Interval is null ? 0 : 1)))
        {
            json.WriteString(dimension, (string)key);
        }

        json.WriteEndObject();
        json.WriteStartObject("values");
        foreach (var (name, value) in values)
        {
            json.WriteDouble(name, value);
        }

        json.WriteEndObject();
    }
}
