using System.Globalization;
using Dapper;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core.Errors;
using Slipway.Mlflow;
using Slipway.Storage;
using Slipway.Storage.Sql;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Inputs.Endpoints;

/// <summary>Which datasets the runs of some experiments used, and what for: the newest, each once for each context.</summary>
internal static class SearchDatasets
{
    public static void Map(IEndpointRouteBuilder routes, Database database) => routes.MapMlflow(
        "POST", "2.0/mlflow/experiments/search-datasets", "SearchDatasets", Permission.Read, call => HandleAsync(call, database));

    private static async Task HandleAsync(MlflowCall call, Database database)
    {
        var experiments = Experiments(call.Fields);
        var sql = $"""
            select s.experiment as Experiment, s.name as Name, s.digest as Digest, i.context as Context
            from (select distinct dataset, context from run_inputs where experiment in {SqlList.Of(experiments)}) i join datasets s on s.id = i.dataset
            order by s.id desc, coalesce(i.context, '')
            limit {Limits.DatasetSummaries}
            """;
        var found = await database.ReadAsync(
            async connection => (await connection.QueryAsync<(long Experiment, string Name, string Digest, string? Context)>(sql)).AsList(),
            call.Cancellation);
        await call.AnswerAsync(answer => answer.WriteList("dataset_summaries", found, (json, row) =>
        {
            json.WriteString("experiment_id", row.Experiment.ToString(CultureInfo.InvariantCulture));
            json.WriteString("name", row.Name);
            json.WriteString("digest", row.Digest);
            if (row.Context is not null)
            {
                json.WriteString("context", row.Context);
            }
        }));
    }

    private static long[] Experiments(MlflowFields fields)
    {
        long[] experiments = [.. fields.Texts("experiment_ids").Distinct(StringComparer.Ordinal).Select(ExperimentStore.NumberOf)];
        return experiments.Length is > 0 and <= Limits.DatasetExperiments
            ? experiments
            : throw new SlipwayException(
                ErrorKind.InvalidInput,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"SearchDatasets request must specify at least one and at most {Limits.DatasetExperiments} experiment_ids. Received {experiments.Length} experiment_ids."));
    }
}
