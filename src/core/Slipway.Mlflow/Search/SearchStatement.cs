using System.Data.Common;
using Slipway.Storage.Sql;

namespace Slipway.Mlflow.Search;

/// <summary>Builds the statements of a search: one that begins at an index in the wanted order, and one that sorts what a condition leaves.</summary>
internal sealed class SearchStatement(SearchQuery query, DbConnection connection)
{
    private readonly SqlParameters _parameters = new(connection.Dialect());

    /// <summary>
    /// Goes through the index by the first term's values, in each experiment of the scope, and stops when there are <paramref name="limit"/>: the price does not depend on how many things
    /// there are, as long as enough of them pass the filter.
    /// </summary>
    public DbCommand Walk(int rank, IReadOnlyList<object>? place, int limit)
    {
        var keys = query.Directed(
        [
            .. query.Order[0].Field is KeyedField ? SortKey.OfRank(query.Order[0], rank, "o0") : SortKey.Of(query.Order[0], "o0"),
            .. query.Order.Skip(1).SelectMany((term, i) => SortKey.Of(term, $"o{i + 1}")),
        ]);
        var arms = query.Scope!.Select(scope => Walk(scope, rank, keys, place, limit)).ToList();
        var sql = arms.Count == 1
            ? arms[0]
            : $"select * from ({string.Join(" union all ", arms.Select(arm => $"select * from ({arm}) arm"))}) arms order by {OrderByNames(keys)} limit {_parameters.Add(limit)}";
        return _parameters.ToCommand(connection, sql);
    }

    /// <summary>Takes the things that <paramref name="driver"/> leaves, or all of the scope, and sorts them.</summary>
    public DbCommand Sort(Driver? driver, IReadOnlyList<object>? place, int limit)
    {
        var keys = query.Keys;
        var from = $"{query.Fields.Table} r";
        List<string> conditions = [.. Conditions(query.Comparisons.Except(driver?.Comparisons ?? []), driver is null ? "r.id" : $"d.{driver.Owner}")];
        if (driver is not null)
        {
            from = $"{driver.Table} d cross join {from}";
            conditions.InsertRange(0, [$"r.id = d.{driver.Owner}", driver.Condition(query.Scope, _parameters)]);
        }
        else if (query.Fields.Scope is { } scope)
        {
            conditions.Insert(0, $"r.{scope} in {_parameters.AddList(query.Scope!)}");
        }

        return _parameters.ToCommand(connection, Select(keys, $"{from}{Joins(0)}", conditions, place, limit));
    }

    private string Walk(long scope, int rank, IReadOnlyList<SortKey> keys, IReadOnlyList<object>? place, int limit)
    {
        var first = query.Order[0].Field;
        var inScope = $"{query.Fields.Scope} = {_parameters.Add(scope)}";
        if (first is not KeyedField keyed)
        {
            return Select(keys, $"{query.Fields.Table} r{Joins(1)}", [$"r.{inScope}", .. Conditions(query.Comparisons)], place, limit);
        }

        if (rank == SortKey.Lacks)
        {
            var lacks = ConditionSql.OfThing(new Comparison(first, Comparator.IsNull, []), _parameters);
            return Select(keys, $"{query.Fields.Table} r{Joins(1)}", [$"r.{inScope}", lacks, .. Conditions(query.Comparisons)], place, limit);
        }

        string[] conditions =
        [
            $"o0.{inScope}",
            $"o0.key = {_parameters.Add(keyed.Key)}",
            .. first.Kind == FieldKind.Metric ? [$"o0.is_nan = {rank}"] : Array.Empty<string>(),
            .. query.Comparisons.Where(c => c.Field == first).Select(c => ConditionSql.OfRow(c, "o0", _parameters)),
            $"r.id = o0.{keyed.Table.Owner}",
            .. Conditions(query.Comparisons.Where(c => c.Field != first), $"o0.{keyed.Table.Owner}"),
        ];
        return Select(keys, $"{keyed.Table.Name} o0 cross join {query.Fields.Table} r{Joins(1)}", conditions, place, limit);
    }

    private string Select(IReadOnlyList<SortKey> keys, string from, IEnumerable<string> conditions, IReadOnlyList<object>? place, int limit)
    {
        var after = place is null ? "" : SortKey.After(keys, place, _parameters);
        var where = string.Join(" and ", after.Length == 0 ? conditions : conditions.Append(after));
        return $"""
            select r.id as id, {string.Join(", ", keys.Select((key, i) => $"{key.Expression} as k{i}"))}
            from {from}{(where.Length == 0 ? "" : $" where {where}")}
            order by {SortKey.OrderBy(keys)}
            limit {_parameters.Add(limit)}
            """;
    }

    // Those that let the fewest pass first, as far as one can tell: each is a look-up, and the next ones are spared.
    private IEnumerable<string> Conditions(IEnumerable<Comparison> comparisons, string id = "r.id")
    {
        var conditions = comparisons.OrderByDescending(comparison => comparison.Comparator is Comparator.Equal or Comparator.In).Select(comparison => ConditionSql.OfThing(comparison, _parameters, id));
        conditions = query.Fields.Condition is { } always ? conditions.Prepend(always) : conditions;
        return query.View == ViewType.All ? conditions : conditions.Prepend($"r.deleted_at is {(query.View == ViewType.Active ? "null" : "not null")}");
    }

    /// <summary>The tables of the order's terms, from the given one on.</summary>
    private string Joins(int first) => string.Concat(query.Order.Select((term, i) => term.Field is KeyedField keyed && i >= first
        ? $" left join {keyed.Table.Several?.NewestOf(keyed.Table, _parameters) ?? keyed.Table.Name} o{i} on o{i}.{keyed.Table.Owner} = r.id and o{i}.key = {_parameters.Add(keyed.Key)}"
        : ""));

    private static string OrderByNames(IReadOnlyList<SortKey> keys) =>
        string.Join(", ", keys.Select((key, i) => (key, i)).Where(k => !k.key.IsConstant).Select(k => $"k{k.i}{(k.key.Descending ? " desc" : "")}"));
}
