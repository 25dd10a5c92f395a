using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Storage;

namespace Slipway.Tracking.EvaluationDatasets.Endpoints;

internal static class SearchEvaluationDatasets
{
    // A page may have a thousand, each with a thousand tags.
    private const int Loaded = 100;

    public static void Map(IEndpointRouteBuilder routes, EvaluationDatasetReader reader, Database database)
    {
        routes.MapMlflow("POST", $"{EvaluationDatasetCalls.Path}/search", "SearchEvaluationDatasets", Permission.Read, call => HandleAsync(call, reader, database));
        routes.MapMlflow("GET", $"{EvaluationDatasetCalls.Path}/search", "SearchEvaluationDatasetsByQuery", Permission.Read, call => HandleAsync(call, reader, database));
    }

    private static async Task HandleAsync(MlflowCall call, EvaluationDatasetReader reader, Database database)
    {
        var query = EvaluationDatasetSearch.Of(call.Fields);
        var page = await database.ReadAsync(connection => query.RunAsync(connection, call.Cancellation), call.Cancellation);
        await call.StreamAsync(async json =>
        {
            if (page.Ids.Count > 0)
            {
                json.WriteStartArray("datasets");
                foreach (var part in page.Ids.Chunk(Loaded))
                {
                    foreach (var dataset in await reader.ListAsync(part, call.Cancellation))
                    {
                        json.WriteStartObject();
                        dataset.Write(json);
                        json.WriteEndObject();
                    }

                    if (page.Ids.Count > Loaded)
                    {
                        await call.FlushAsync(json);
                    }
                }

                json.WriteEndArray();
            }

            if (page.NextPageToken is { } token)
            {
                json.WriteString("next_page_token", token);
            }
        });
    }
}
