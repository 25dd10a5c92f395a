using System.Data.Common;
using System.Globalization;
using Slipway.Storage.Sql;

namespace Slipway.Mlflow.Search;

/// <summary>
/// Chooses how a page is found. SQLite does not know how many things a condition leaves for the very value that is asked; counting them in the index, up to a bound, costs a millisecond.
/// Few: take those and sort them. Many: go through the index of the order, where the page fills soon because many pass.
/// </summary>
internal sealed class SearchPlan(SearchQuery query, int few)
{
    /// <summary>How far is counted. Sorting so many takes about as long as a page may.</summary>
    public const int Few = 10_000;

    // What a count that ended at the bound is taken for.
    private const double Many = 100_000;

    // To take a thing by a condition and sort it needs the run, the conditions and the keys; to pass one by in the order's index needs one condition mostly.
    private const int SortCost = 3;

    // Each experiment is a part of the statement that goes through an index, and SQLite takes 500 parts.
    private const int MostWalked = 32;

    private bool CanWalk => query.Scope is { Count: <= MostWalked }
        && query.Order[0].Field is ColumnField { Index: ColumnIndex.InScope } or KeyedField { Table.Scope: not null };

    /// <summary>
    /// Finds at most <paramref name="most"/> things behind <paramref name="place"/>, and whether there are more: then with the sort keys of the last one found.
    /// </summary>
    public async Task<FoundThings> FindAsync(DbConnection connection, IReadOnlyList<object>? place, int most, CancellationToken cancellationToken)
    {
        var found = new FoundThings(most);
        await FillAsync(found, connection, place, cancellationToken);
        return found;
    }

    private async Task FillAsync(FoundThings found, DbConnection connection, IReadOnlyList<object>? place, CancellationToken cancellationToken)
    {
        // Without a condition the page is full as soon as it can be.
        if (CanWalk && query.Comparisons.Count == 0)
        {
            await WalkAsync(found, connection, place, cancellationToken);
            return;
        }

        var counts = await CountAsync(connection, cancellationToken);
        var best = counts.Where(c => c.Count < few).OrderBy(c => c.Count).FirstOrDefault();
        if (CanWalk && (best.Driver is null || WalkCost(counts, found.Wanted) < (double)best.Count * SortCost))
        {
            await WalkAsync(found, connection, place, cancellationToken);
            return;
        }

        await using var command = new SearchStatement(query, connection).Sort(best.Driver, place, found.Wanted);
        await ReadAsync(found, command, cancellationToken);
    }

    /// <summary>How many entries of the order's index are likely to be passed until the page is full.</summary>
    private double WalkCost(IReadOnlyList<(Driver Driver, int Count)> counts, int limit)
    {
        double Estimate((Driver Driver, int Count) counted) => counted.Count < few ? counted.Count : Many;

        // A condition on the order's own field is where the walk begins and ends; each of the others lets a part of them pass.
        var all = counts.Where(c => c.Driver.Field is null).Select(Estimate).First();
        var length = counts.Where(c => c.Driver.Field == query.Order[0].Field).Select(Estimate).Append(all).Min();
        var passing = counts.Where(c => c.Driver.Field is { } field && field != query.Order[0].Field).Aggregate(1.0, (part, c) => part * Math.Min(1, Estimate(c) / all));
        return passing * length < limit ? length : limit / passing;
    }

    private async Task<IReadOnlyList<(Driver Driver, int Count)>> CountAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var counts = new List<(Driver, int)>();
        foreach (var driver in Driver.Of(query.Fields, query.Comparisons))
        {
            var parameters = new SqlParameters(connection.Dialect());
            await using var command = parameters.ToCommand(connection, driver.Count(query.Scope, few, parameters));
            counts.Add((driver, Convert.ToInt32(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture)));
        }

        return counts;
    }

    /// <summary>Those with a value, then NaN, then those without: each is a walk of its own, and the later ones are begun only when the page is not full.</summary>
    private async Task WalkAsync(FoundThings found, DbConnection connection, IReadOnlyList<object>? place, CancellationToken cancellationToken)
    {
        foreach (var rank in query.IsBackwards ? Ranks().Reverse() : Ranks())
        {
            // A rank is the first key of a field that may be lacking, and tells which walk a page ended in.
            var ended = place is null ? rank : query.Order[0].Field is KeyedField ? (long)place[0] : SortKey.HasValue;
            if ((query.IsBackwards ? rank > ended : rank < ended) || found.Wanted == 0)
            {
                continue;
            }

            await using var command = new SearchStatement(query, connection).Walk(rank, rank == ended ? place : null, found.Wanted);
            await ReadAsync(found, command, cancellationToken);
        }
    }

    private IEnumerable<int> Ranks()
    {
        if (query.Order[0].Field is not KeyedField field)
        {
            return [SortKey.HasValue];
        }

        // What a condition on the field itself leaves out is not looked for.
        var comparators = query.Comparisons.Where(c => c.Field == field).Select(c => c.Comparator).ToList();
        return new[] { SortKey.HasValue, SortKey.IsNaN, SortKey.Lacks }.Where(rank => comparators.TrueForAll(comparator => rank switch
        {
            SortKey.Lacks => comparator is Comparator.IsNull,
            SortKey.IsNaN => comparator is Comparator.NotEqual or Comparator.IsNotNull,
            _ => comparator is not Comparator.IsNull,
        }) && (rank != SortKey.IsNaN || field.Kind == FieldKind.Metric));
    }

    private async Task ReadAsync(FoundThings found, DbCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(reader.GetInt64(0), () => [.. query.Keys.Select((key, i) => Read(reader, i + 1, key.Type))]);
        }
    }

    private static object Read(DbDataReader reader, int column, Type type) =>
        type == typeof(string) ? reader.GetString(column) : type == typeof(long) ? reader.GetInt64(column) : reader.GetDouble(column);
}
