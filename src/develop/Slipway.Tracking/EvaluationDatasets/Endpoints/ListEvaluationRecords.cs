using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Storage;

namespace Slipway.Tracking.EvaluationDatasets.Endpoints;

internal static class ListEvaluationRecords
{
    public static void Map(IEndpointRouteBuilder routes, EvaluationDatasetReader reader, Database database) => routes.MapMlflow(
        "GET", $"{EvaluationDatasetCalls.One}/records", "GetEvaluationDatasetRecords", Permission.Read, call => HandleAsync(call, reader, database));

    private static async Task HandleAsync(MlflowCall call, EvaluationDatasetReader reader, Database database)
    {
        var dataset = (await reader.GetAsync(call.DatasetId(), call.Cancellation)).Dataset;
        var query = EvaluationDatasetSearch.OfRecords(call.Fields, dataset);
        var page = await database.ReadAsync(connection => query.RunAsync(connection, call.Cancellation), call.Cancellation);
        var records = await reader.ListRecordsAsync(page.Ids, call.Cancellation);

        // The list is a text in the answer.
        var text = MlflowJson.ListTextOf(records, (json, record) => record.Write(json, dataset.DatasetId));
        await call.AnswerAsync(json =>
        {
            json.WriteString("records", text);
            if (page.NextPageToken is { } token)
            {
                json.WriteString("next_page_token", token);
            }
        });
    }
}
