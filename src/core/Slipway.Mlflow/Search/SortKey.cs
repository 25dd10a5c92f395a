namespace Slipway.Mlflow.Search;

/// <summary>
/// One value that the result is sorted by; never null. A field that things may lack gives two: first a rank (0 has a value, 1 is NaN, 2 lacks it), then the value.
/// </summary>
/// <param name="Expression">The value in SQL.</param>
/// <param name="Type">Its type: <see cref="long"/>, <see cref="double"/> or <see cref="string"/>.</param>
/// <param name="Descending">True for the largest first.</param>
internal sealed record SortKey(string Expression, Type Type, bool Descending)
{
    public const int HasValue = 0;
    public const int IsNaN = 1;
    public const int Lacks = 2;

    /// <summary>True when it is the same for every row of the statement, and so no part of its order.</summary>
    public bool IsConstant { get; init; }

    /// <summary>What an index has of it, when that is less than the whole: the beginning of a text, which sorts as the text does.</summary>
    public Func<string, string>? Indexed { get; init; }

    /// <summary>The keys of a term whose table, where it has one, is joined as <paramref name="alias"/>.</summary>
    public static IReadOnlyList<SortKey> Of(OrderTerm term, string alias) => term.Field switch
    {
        ColumnField { IsNullable: false } column => [new($"r.{column.Column}", TypeOf(column), term.Descending)],
        ColumnField column =>
        [
            new($"case when r.{column.Column} is null then {Lacks} else {HasValue} end", typeof(long), false),
            new($"coalesce(r.{column.Column}, {NothingOf(column)})", TypeOf(column), term.Descending),
        ],
        KeyedField { Kind: FieldKind.Metric } keyed =>
        [
            new($"case when {alias}.{keyed.Table.Owner} is null then {Lacks} when {alias}.is_nan = 1 then {IsNaN} else {HasValue} end", typeof(long), false),
            new($"case when {alias}.is_nan = 0 then {alias}.value else 0.0 end", typeof(double), term.Descending),
        ],
        KeyedField keyed =>
        [
            new($"case when {alias}.{keyed.Table.Owner} is null then {Lacks} else {HasValue} end", typeof(long), false),
            new($"coalesce({alias}.value, '')", typeof(string), term.Descending),
        ],
        var field => throw new InvalidOperationException($"{field} gives no order."),
    };

    /// <summary>The keys of a term by a table of keys and values, where the statement goes over those of one rank only.</summary>
    public static IReadOnlyList<SortKey> OfRank(OrderTerm term, int rank, string alias)
    {
        var isMetric = term.Field.Kind == FieldKind.Metric;
        var value = rank == HasValue
            ? new SortKey($"{alias}.value", isMetric ? typeof(double) : typeof(string), term.Descending) { Indexed = isMetric ? null : ConditionSql.Beginning }
            : new SortKey(isMetric ? "0.0" : "''", isMetric ? typeof(double) : typeof(string), term.Descending) { IsConstant = true };
        return [new SortKey($"{rank}", typeof(long), false) { IsConstant = true }, value];
    }

    /// <summary>The <c>order by</c> of keys.</summary>
    public static string OrderBy(IEnumerable<SortKey> keys) => string.Join(", ", keys.Where(key => !key.IsConstant).SelectMany(key => key.Terms()));

    /// <summary>The condition that a row comes after the place where the values of the keys are <paramref name="place"/>.</summary>
    public static string After(IReadOnlyList<SortKey> keys, IReadOnlyList<object> place, SqlParameters parameters)
    {
        var condition = "";
        for (var i = keys.Count - 1; i >= 0; i--)
        {
            if (keys[i].IsConstant)
            {
                continue;
            }

            var (key, value) = (keys[i].Expression, parameters.Add(place[i]));
            var sign = keys[i].Descending ? '<' : '>';
            condition = condition.Length == 0 ? $"{key} {sign} {value}" : $"({key} {sign} {value} or ({key} = {value} and {condition}))";
            if (i == keys.TakeWhile(k => k.IsConstant).Count())
            {
                // Said once more without an 'or', since that is what an index can begin at.
                var indexed = keys[i].Indexed ?? (text => text);
                condition = $"{indexed(key)} {sign}= {indexed(value)} and {condition}";
            }
        }

        return condition;
    }

    private IEnumerable<string> Terms()
    {
        var direction = Descending ? " desc" : "";
        return Indexed is null ? [$"{Expression}{direction}"] : [$"{Indexed(Expression)}{direction}", $"{Expression}{direction}"];
    }

    private static Type TypeOf(Field field) => field.Kind == FieldKind.Text ? typeof(string) : typeof(long);

    private static string NothingOf(Field field) => field.Kind == FieldKind.Text ? "''" : "0";
}
