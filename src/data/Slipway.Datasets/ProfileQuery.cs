using System.Globalization;
using DuckDB.NET.Data;
using Slipway.Core.Errors;
using Slipway.Datasets.Duck;

namespace Slipway.Datasets;

/// <summary>
/// The profile of a snapshot, computed in SQL from its Parquet file: one pass for counts, one for moments and quantiles, one for top values; each split into batches
/// of columns where many rows would not fit the memory.
/// </summary>
internal sealed class ProfileQuery(DuckSession session, DatasetsOptions options, string file, long rows)
{
    private const int ExactDistinctRows = 1_000_000;
    private const int MaxTop = 20;
    private const int MaxText = 200;

    // A quantile holds its column: 8 bytes a value, in a vector that doubles as it grows.
    private const int QuantileBytes = 16;
    private const string Probabilities = "[0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]";

    private readonly string _table = $"read_parquet({DuckText.Literal(file)})";

    private sealed record Counts(ColumnPlan Column, long Missing, long Distinct, string? Minimum, string? Maximum, bool Infinite);

    private sealed record Moments(double Mean, double? StandardDeviation, IReadOnlyList<double> Quantiles);

    /// <summary>Computes it.</summary>
    public IReadOnlyList<ColumnProfile> Run(DatasetQuery query)
    {
        var plans = ColumnPlan.Of(query, session.Query($"describe select * from {_table}", r => (r.GetString(0), r.GetString(1))));
        var counts = Batches(plans, rows > ExactDistinctRows ? 16 : 64).SelectMany(Count).ToList();
        if (counts.FirstOrDefault(c => c.Infinite) is { } infinite)
        {
            throw InfiniteValues(query.Name, infinite.Column.Name);
        }

        var numbers = counts.Where(c => c.Column.Kind == ColumnKind.Number && c.Missing < rows).ToList();
        var moments = Measure(numbers);
        var top = counts.Where(c => c.Column.Kind == ColumnKind.Text || (c.Column.Kind == ColumnKind.Number && c.Distinct <= MaxTop)).Select(c => c.Column).ToList();
        var values = Batches(top, rows > ExactDistinctRows ? 1 : 32).SelectMany(Top).ToDictionary();

        return [.. counts.Select(c => new ColumnProfile(
            c.Column.Name,
            c.Column.Type,
            c.Column.Kind,
            c.Missing,
            c.Distinct,
            moments.GetValueOrDefault(c.Column.Name)?.Mean,
            moments.GetValueOrDefault(c.Column.Name)?.StandardDeviation,
            c.Minimum,
            c.Maximum,
            moments.GetValueOrDefault(c.Column.Name)?.Quantiles ?? [],
            values.GetValueOrDefault(c.Column.Name) ?? []))];
    }

    /// <summary>The error of a column with infinite values: no mean, no bin and no tree can do anything with them.</summary>
    public static SlipwayException InfiniteValues(string dataset, string column) => new(
        ErrorKind.InvalidInput,
        $"The column '{column}' of {dataset} holds infinite values. Divide by nullif(…, 0) in the SQL, or filter such rows.");

    private static IEnumerable<IReadOnlyList<T>> Batches<T>(IReadOnlyList<T> items, int size) => items.Chunk(size);

    private List<Counts> Count(IReadOnlyList<ColumnPlan> columns)
    {
        var list = columns.Select(c =>
        {
            var distinct = rows > ExactDistinctRows ? $"approx_count_distinct({c.Quoted})" : $"count(distinct {c.Quoted})";
            var infinite = c.IsFloating ? $"coalesce(bool_or(isinf({c.Quoted})), false)" : "false";
            return $"count({c.Quoted}), {distinct}, {AsText(c, $"min({Comparable(c)})")}, {AsText(c, $"max({Comparable(c)})")}, {infinite}";
        });

        return session.Query($"select {string.Join(", ", list)} from {_table}", r => columns.Select((c, i) => new Counts(
            c,
            rows - r.GetInt64(5 * i),
            r.GetInt64((5 * i) + 1),
            Text(c, r, (5 * i) + 2),
            Text(c, r, (5 * i) + 3),
            r.GetBoolean((5 * i) + 4))).ToList())[0];
    }

    private Dictionary<string, Moments> Measure(IReadOnlyList<Counts> numbers)
    {
        var budget = options.MemoryMegabytes * 1024L * 1024 / 2;
        var together = (int)Math.Min(32, budget / (rows * QuantileBytes));
        return together == 0
            ? numbers.SelectMany(n => MeasureBySorting(n)).ToDictionary()
            : Batches(numbers, together).SelectMany(MeasureTogether).ToDictionary();
    }

    private IEnumerable<KeyValuePair<string, Moments>> MeasureTogether(IReadOnlyList<Counts> numbers)
    {
        var list = numbers.Select(n => $"{MomentsOf(n)}, quantile_cont({n.Column.Quoted}::double, {Probabilities})");
        return session.Query($"select {string.Join(", ", list)} from {_table}", r => numbers.Select((n, i) =>
            KeyValuePair.Create(n.Column.Name, new Moments(r.GetDouble(3 * i), NullableDouble(r, (3 * i) + 1), r.GetFieldValue<List<double>>((3 * i) + 2)))).ToList())[0];
    }

    // Sorting goes through the disk where holding a column does not fit: exact at any size, one column at a time.
    private IEnumerable<KeyValuePair<string, Moments>> MeasureBySorting(Counts number)
    {
        var present = rows - number.Missing;
        var places = Enumerable.Range(0, 11).Select(i => i * (present - 1) / 10m).ToList();
        var needed = places.SelectMany(p => new[] { decimal.Floor(p), decimal.Ceiling(p) }).Distinct();
        var column = number.Column.Quoted;
        var values = session.Query(
            $"""
            select n, v from (
              select row_number() over () - 1 as n, v from (
                select {column}::double as v from {_table} where {column} is not null order by 1))
            where n in ({string.Join(", ", needed.Select(n => n.ToString("0", CultureInfo.InvariantCulture)))})
            """,
            r => (Place: (decimal)r.GetInt64(0), Value: r.GetDouble(1))).ToDictionary(v => v.Place, v => v.Value);

        var moments = session.Query($"select {MomentsOf(number)} from {_table}", r => (r.GetDouble(0), NullableDouble(r, 1)))[0];
        var quantiles = places.Select(p =>
        {
            var low = values[decimal.Floor(p)];
            return low + ((values[decimal.Ceiling(p)] - low) * (double)(p - decimal.Floor(p)));
        });

        yield return KeyValuePair.Create(number.Column.Name, new Moments(moments.Item1, moments.Item2, [.. quantiles]));
    }

    // Sums of squares of large values pass the range of doubles, which DuckDB answers with an error: scaled by a power of two they are exact and stay inside.
    private static string MomentsOf(Counts number)
    {
        var largest = Math.Max(Math.Abs(Number(number.Minimum)), Math.Abs(Number(number.Maximum)));
        var scale = largest > 1e100 ? Math.ScaleB(1, Math.ILogB(largest)) : 1;
        var factor = scale.ToString("E17", CultureInfo.InvariantCulture);
        var value = $"({number.Column.Quoted}::double / {factor}::double)";
        return $"avg({value}) * {factor}::double, stddev_samp({value}) * {factor}::double";
    }

    private IEnumerable<KeyValuePair<string, IReadOnlyList<ValueCount>>> Top(IReadOnlyList<ColumnPlan> columns)
    {
        // Named in an inner query: a column of the data may have any name, and would win over ours.
        var parts = columns.Select((c, i) =>
            $"""
            (select {i} as c, {AsText(c, "v")} as t, n from (
              select v, count(*) as n from (select {Comparable(c)} as v from {_table} where {c.Quoted} is not null) group by v order by n desc, v limit {MaxTop}))
            """);

        return session
            .Query(
                $"select c, t, n from ({string.Join(" union all ", parts)}) order by c, n desc, t",
                r => (Column: columns[r.GetInt32(0)], Value: Text(columns[r.GetInt32(0)], r, 1)!, Count: r.GetInt64(2)))
            .GroupBy(v => v.Column.Name, v => new ValueCount(v.Value, v.Count))
            .Select(g => KeyValuePair.Create<string, IReadOnlyList<ValueCount>>(g.Key, [.. g]));
    }

    private static string Comparable(ColumnPlan column) => column.Type switch
    {
        "BOOLEAN" => $"{column.Quoted}::tinyint",
        "FLOAT" => $"{column.Quoted}::double",
        _ => column.Quoted,
    };

    private static string AsText(ColumnPlan column, string value) => column.Type switch
    {
        "TIMESTAMP" => $"strftime({value}, '%Y-%m-%dT%H:%M:%S.%fZ')",
        "TIMESTAMP WITH TIME ZONE" => $"strftime(timezone('UTC', {value}), '%Y-%m-%dT%H:%M:%S.%fZ')",
        _ when column.Kind == ColumnKind.Text => $"case when length({value}) > {MaxText} then left({value}, {MaxText}) || '…' else {value} end",
        _ => $"{value}::varchar",
    };

    private static string? Text(ColumnPlan column, DuckDBDataReader row, int field)
    {
        if (row.IsDBNull(field))
        {
            return null;
        }

        var text = row.GetString(field);
        return column.Kind switch
        {
            ColumnKind.Number when column.IsFloating => Number(text).ToString("R", CultureInfo.InvariantCulture),
            ColumnKind.Time => text.Replace(".000000Z", "Z", StringComparison.Ordinal),
            _ => text,
        };
    }

    private static double Number(string? text) => text switch
    {
        null => 0,
        "inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        _ => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
    };

    private static double? NullableDouble(DuckDBDataReader row, int field) => row.IsDBNull(field) ? null : row.GetDouble(field);
}
