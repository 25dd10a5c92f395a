using System.Data.Common;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Storage;
using Slipway.Tracking.Traces.Figures;

namespace Slipway.Tracking.Traces.Endpoints;

/// <summary>How far two conditions on traces occur together.</summary>
internal static class CalculateTraceFilterCorrelation
{
    public static void Map(IEndpointRouteBuilder routes, Database database) => routes.MapMlflow(
        "POST", "3.0/mlflow/traces/calculate-filter-correlation", "CalculateTraceFilterCorrelation", Permission.Read, call => HandleAsync(call, database));

    private static async Task HandleAsync(MlflowCall call, Database database)
    {
        var fields = call.Fields;
        var experiments = FigureQuery.ExperimentsOf(fields);
        var (first, second) = (Required(fields, "filter_string1"), Required(fields, "filter_string2"));
        var among = FilterParser.Parse(fields.Text("base_filter"), TraceSearch.Fields);
        var counts = await database.ReadAsync(connection => CountAsync(connection, experiments, among, first, second, call.Cancellation), call.Cancellation);
        await call.AnswerAsync(json =>
        {
            json.WriteDouble("npmi", counts.Npmi);
            json.WriteDouble("npmi_smoothed", counts.Smoothed);
            json.WriteNumber("filter1_count", counts.First);
            json.WriteNumber("filter2_count", counts.Second);
            json.WriteNumber("joint_count", counts.Both);
            json.WriteNumber("total_count", counts.Total);
        });
    }

    private static IReadOnlyList<Comparison> Required(MlflowFields fields, string name) =>
        FilterParser.Parse(fields.RequiredText(name), TraceSearch.Fields) is { Count: > 0 } comparisons ? comparisons : throw fields.Missing(name);

    private static async Task<FilterCorrelation> CountAsync(
        DbConnection connection, IReadOnlyList<long> experiments, IReadOnlyList<Comparison> among, IReadOnlyList<Comparison> first, IReadOnlyList<Comparison> second, CancellationToken cancellationToken)
    {
        var parameters = new SqlParameters();
        var sql = $"""
            select count(*), coalesce(sum(one), 0), coalesce(sum(two), 0), coalesce(sum(one * two), 0)
            from (select case when {All(first)} then 1 else 0 end as one, case when {All(second)} then 1 else 0 end as two
                  from traces r
                  where r.experiment in {parameters.AddList(experiments)}{(among.Count > 0 ? $" and {All(among)}" : "")}) held
            """;
        await using var command = parameters.ToCommand(connection, sql);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new FilterCorrelation(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3));

        string All(IReadOnlyList<Comparison> comparisons) => string.Join(" and ", comparisons.Select(comparison => ConditionSql.OfThing(comparison, parameters)));
    }
}
