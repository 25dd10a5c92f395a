using System.Data.Common;
using System.Globalization;

namespace Slipway.Tracking.Traces.Figures;

/// <summary>
/// Reads figures: the database groups equal values, and the groups are put together here as they come, one after the other, since percentiles and texts that are numbers are not the same in every
/// database.
/// </summary>
internal static class FigureReader
{
    /// <summary>One page of groups in the order of their keys, and whether there are more.</summary>
    public static async Task<(IReadOnlyList<FigureGroup> Groups, bool HasMore)> ReadAsync(DbConnection connection, FigureQuery query, CancellationToken cancellationToken)
    {
        var parameters = new SqlParameters();
        await using var command = parameters.ToCommand(connection, Sql(query, parameters));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var keepsValues = query.Aggregations.Any(aggregation => aggregation.Type == AggregationType.Percentile);
        var width = KeysOf(query).Count;
        var (groups, seen) = (new List<FigureGroup>(), 0L);
        object[]? last = null;
        while (await reader.ReadAsync(cancellationToken))
        {
            object[] keys = [.. Enumerable.Range(0, width).Select(reader.GetValue)];
            if (last is null || !keys.SequenceEqual(last))
            {
                last = keys;
                if (seen++ == query.Skip + query.Most)
                {
                    return (groups, true);
                }

                if (seen > query.Skip)
                {
                    groups.Add(new FigureGroup(keys, keepsValues));
                }
            }

            if (seen > query.Skip)
            {
                Add(groups[^1], query.Figure, reader, width);
            }
        }

        // Nothing at all is still a count.
        return (width == 0 && seen == 0 && query.Skip == 0 ? [new FigureGroup([], keepsValues: false)] : groups, false);
    }

    private static void Add(FigureGroup group, Figure figure, DbDataReader row, int value)
    {
        var count = row.GetInt64(value + 1);
        if (figure.IsCount)
        {
            group.Add(figure.IsDistinct ? 1 : count);
        }
        else if (figure.Read is null)
        {
            group.Add(row.GetDouble(value), count);
        }
        else if (figure.Read(row.GetString(value)) is { } number)
        {
            group.Add(number, count);
        }
    }

    private static IReadOnlyList<string> KeysOf(FigureQuery query) =>
    [
        .. query.Interval is { } seconds
            ? [string.Create(CultureInfo.InvariantCulture, $"{query.View.Milliseconds} / {seconds * 1000} * {seconds * 1000}")]
            : Array.Empty<string>(),
        .. query.Dimensions.Select(dimension => query.View.Dimensions[dimension]),
    ];

    private static string Sql(FigureQuery query, SqlParameters parameters)
    {
        var keys = KeysOf(query);
        var value = query.Figure.Value is not { } told ? "1" : query.Figure.Read is null && !query.Figure.IsDistinct ? $"cast({told} as double precision)" : told;
        string[] columns = [.. keys.Select((key, i) => string.Create(CultureInfo.InvariantCulture, $"{key} as k{i}")), $"{value} as v"];
        List<string> conditions = [$"r.experiment in {parameters.AddList(query.Experiments)}"];
        if (query.Start is { } start)
        {
            conditions.Add($"r.request_time >= {parameters.Add(start)}");
        }

        if (query.End is { } end)
        {
            conditions.Add($"r.request_time <= {parameters.Add(end)}");
        }

        conditions.AddRange(query.Conditions.Select(comparison => FigureFilter.Sql(comparison, query.View, parameters)));
        string[] grouped = [.. keys.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"k{i}")), "v"];

        // What lacks a key or the value is in no group.
        return $"""
            select {string.Join(", ", grouped)}, count(*) as n
            from (select {string.Join(", ", columns)} from {query.View.From} where {string.Join(" and ", conditions)}) measured
            where {string.Join(" and ", grouped.Select(column => $"{column} is not null"))}
            group by {string.Join(", ", grouped)}
            order by {string.Join(", ", grouped)}
            """;
    }
}
