using System.Data.Common;
using System.Globalization;

namespace Slipway.Tracking.Search;

/// <summary>
/// Chooses how a page is found. SQLite does not know how many things a condition leaves for the very value that is asked; counting them in the index, up to a bound, costs a millisecond.
/// Few: take those and sort them. Many: go through the index of the order, where the page fills quickly because many pass.
/// </summary>
internal sealed class SearchPlan(SearchQuery query, int few)
{
    /// <summary>How many things may be sorted rather than walked. Each costs some microseconds, so this is what a page costs at most where there are few.</summary>
    public const int Few = 10_000;

    // Each experiment is a part of the statement that goes through an index, and SQLite takes 500 parts.
    private const int MostWalked = 32;

    private bool CanWalk => query.Scope is { Count: <= MostWalked }
        && query.Order[0].Field is ColumnField { Index: ColumnIndex.InScope } or KeyedField { Table.Scope: not null };

    public async Task<IReadOnlyList<FoundThing>> FindAsync(DbConnection connection, IReadOnlyList<object>? place, int limit, CancellationToken cancellationToken)
    {
        var (driver, isFew) = await ChooseDriverAsync(connection, cancellationToken);
        if (!isFew && CanWalk)
        {
            return await WalkAsync(connection, place, limit, cancellationToken);
        }

        await using var command = new SearchStatement(query).Sort(connection, driver, place, limit);
        return await ReadAsync(command, cancellationToken);
    }

    private async Task<(Driver? Driver, bool IsFew)> ChooseDriverAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        Driver? best = null;
        var fewest = few;
        foreach (var driver in Driver.Of(query.Fields, query.Comparisons))
        {
            var parameters = new SqlParameters();
            await using var command = parameters.ToCommand(connection, driver.Count(query.Scope, fewest, parameters));
            var count = Convert.ToInt32(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
            if (count < fewest)
            {
                (best, fewest) = (driver, count);
            }
        }

        return (best, best is not null);
    }

    /// <summary>Those with a value, then NaN, then those without: each is a walk of its own, and the later ones are begun only when the page is not full.</summary>
    private async Task<IReadOnlyList<FoundThing>> WalkAsync(DbConnection connection, IReadOnlyList<object>? place, int limit, CancellationToken cancellationToken)
    {
        var found = new List<FoundThing>();
        foreach (var rank in Ranks())
        {
            // A rank is the first key of a field that may be lacking, and tells which walk a page ended in.
            var ended = query.Order[0].Field is KeyedField && place is not null ? (long)place[0] : SortKey.HasValue;
            if (rank < ended || found.Count == limit)
            {
                continue;
            }

            await using var command = new SearchStatement(query).Walk(connection, rank, rank == ended ? place : null, limit - found.Count);
            found.AddRange(await ReadAsync(command, cancellationToken));
        }

        return found;
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

    private async Task<List<FoundThing>> ReadAsync(DbCommand command, CancellationToken cancellationToken)
    {
        var found = new List<FoundThing>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var place = new object[query.Keys.Count];
            for (var i = 0; i < place.Length; i++)
            {
                var type = query.Keys[i].Type;
                place[i] = type == typeof(string) ? reader.GetString(i + 1) : type == typeof(long) ? reader.GetInt64(i + 1) : reader.GetDouble(i + 1);
            }

            found.Add(new FoundThing(reader.GetInt64(0), place));
        }

        return found;
    }
}
