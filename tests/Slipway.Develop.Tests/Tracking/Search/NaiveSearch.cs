using System.Globalization;
using System.Text.RegularExpressions;
using CsCheck;

namespace Slipway.Develop.Tests.Tracking.Search;

/// <summary>A condition as it is written in a filter, and as a function of a run: what the words say, without SQL.</summary>
internal sealed record NaiveCondition(string Text, Func<SampleRun, bool> Holds);

/// <summary>A term of an order as it is written, and how it compares two runs.</summary>
internal sealed record NaiveOrder(string Text, Comparison<SampleRun> Compare);

/// <summary>Random runs, filters and orders over few keys and values, so that they often meet.</summary>
internal static class NaiveSearch
{
    private static readonly string[] Keys = ["a", "b c", "d.e"];

    private static readonly Gen<string> Word = Gen.OneOf("", "a", "A", "ab", "aB", "b*", "[ab]", "ä", "Äb", "x_y", "50%", "it's", "🌍", new string('z', 64) + "1", new string('z', 64) + "2");

    private static readonly Gen<double> Number = Gen.OneOf(-1, 0, 0.5, 1, 2, double.NaN, double.PositiveInfinity, double.NegativeInfinity);

    public static Gen<SampleRun[]> Runs { get; } =
        (from start in Gen.Long[0, 3]
         from end in Gen.Long[0, 3]
         from hasEnd in Gen.Bool
         from deleted in Gen.Int[0, 4]
         from status in Gen.OneOf("RUNNING", "FINISHED")
         from name in Word
         from metrics in Gen.Dictionary(Gen.OneOf(Keys), Number)[0, 3]
         from texts in Gen.Dictionary(Gen.OneOf(Keys), Word)[0, 3]
         from tags in Gen.Dictionary(Gen.OneOf(Keys), Word)[0, 3]
         select new SampleRun { Start = start, End = hasEnd ? end : null, IsDeleted = deleted == 0, Status = status, Name = name, Metrics = metrics, Params = texts, Tags = tags }).Array[0, 12];

    public static Gen<NaiveCondition[]> Filter { get; } = Gen.OneOf(OfMetric(), OfText(), OfTime()).Array[0, 3];

    public static Gen<NaiveOrder[]> Order { get; } =
        (from which in Gen.Int[0, 6]
         from key in Gen.OneOf(Keys)
         from down in Gen.Bool
         select OrderBy(which, key, down)).Array[0, 3].Select(terms => terms.DistinctBy(term => term.Text.Split(" desc")[0]).ToArray());

    /// <summary>What a search should find, in order.</summary>
    public static IEnumerable<string> Find(IEnumerable<SampleRun> runs, IEnumerable<NaiveCondition> filter, IReadOnlyList<NaiveOrder> order)
    {
        var found = runs.Where(run => !run.IsDeleted && filter.All(condition => condition.Holds(run))).ToList();
        found.Sort((x, y) => order.Select(term => term.Compare(x, y)).Append(y.Start.CompareTo(x.Start)).Append(string.CompareOrdinal(x.Id, y.Id)).FirstOrDefault(c => c != 0));
        return found.Select(run => run.Id);
    }

    private static Gen<NaiveCondition> OfMetric() =>
        from key in Gen.OneOf(Keys)
        from sign in Gen.OneOf("=", "!=", "<", "<=", ">", ">=", "is null", "is not null")
        from value in Gen.OneOf(-1.0, 0, 0.5, 1, 1e300)
        select new NaiveCondition(
            $"metrics.`{key}` {sign}{(sign.StartsWith("is", StringComparison.Ordinal) ? "" : value.ToString("R", CultureInfo.InvariantCulture))}",
            run => run.Metrics.TryGetValue(key, out var has) ? Compare(has, sign, value) : sign == "is null");

    private static Gen<NaiveCondition> OfTime() =>
        from field in Gen.OneOf("start_time", "end_time")
        from sign in Gen.OneOf("=", "!=", "<", "<=", ">", ">=", "is null", "is not null")
        from value in Gen.Long[0, 3]
        select new NaiveCondition(
            $"attributes.{field} {sign} {(sign.StartsWith("is", StringComparison.Ordinal) ? "" : value)}",
            run => (field == "start_time" ? run.Start : run.End) is { } has ? Compare(has, sign, value) : sign == "is null");

    private static Gen<NaiveCondition> OfText() =>
        from which in Gen.Int[0, 2]
        from key in Gen.OneOf(Keys)
        from sign in Gen.OneOf("=", "!=", "like", "ilike", "in", "not in", "is null", "is not null")
        from value in Gen.Select(Word, Gen.OneOf("", "%", "_"), Gen.OneOf("", "%", "_")).Select(p => p.Item2 + p.Item1 + p.Item3)
        from other in Word
        select new NaiveCondition(
            $"{(which == 0 ? "run_name" : $"{(which == 1 ? "params" : "tags")}.\"{key}\"")} {sign} " + sign switch
            {
                "is null" or "is not null" => "",
                "in" or "not in" => $"({Quote(value)}, {Quote(other)})",
                _ => Quote(value),
            },
            run => Lookup(run, which, key) is { } has ? Compare(has, sign, value, other) : sign == "is null");

    private static string? Lookup(SampleRun run, int which, string key) => which == 0 ? run.Name : (which == 1 ? run.Params : run.Tags).GetValueOrDefault(key);

    private static bool Compare(double has, string sign, double value) => sign switch
    {
        "=" => has == value,
        "!=" => has != value,
        "<" => has < value,
        "<=" => has <= value,
        ">" => has > value,
        ">=" => has >= value,
        var other => other == "is not null",
    };

    private static bool Compare(string has, string sign, string value, string other) => sign switch
    {
        "=" => has == value,
        "!=" => has != value,
        "like" => IsLike(has, value, RegexOptions.None),
        "ilike" => IsLike(has, value, RegexOptions.IgnoreCase),
        "in" => has == value || has == other,
        "not in" => has != value && has != other,
        var last => last == "is not null",
    };

    // The one character outside the basic plane is replaced, since a regular expression's dot takes half of it.
    private static bool IsLike(string text, string pattern, RegexOptions options)
    {
        var expression = Regex.Escape(pattern.Replace("🌍", "\u2605", StringComparison.Ordinal)).Replace("%", ".*", StringComparison.Ordinal).Replace("_", ".", StringComparison.Ordinal);
        return Regex.IsMatch(text.Replace("🌍", "\u2605", StringComparison.Ordinal), $"\\A{expression}\\z", options | RegexOptions.Singleline | RegexOptions.CultureInvariant);
    }

    private static NaiveOrder OrderBy(int which, string key, bool descending)
    {
        var sign = descending ? -1 : 1;
        return which switch
        {
            0 => Of("start_time", (x, y) => sign * x.Start.CompareTo(y.Start)),
            1 => Of("end_time", (x, y) => Nullable(x.End, y.End, (a, b) => sign * a.CompareTo(b))),
            2 => Of("status", (x, y) => sign * string.CompareOrdinal(x.Status, y.Status)),
            3 => Of("run_name", (x, y) => sign * CompareText(x.Name, y.Name)),
            4 => Of($"metrics.`{key}`", (x, y) => Nullable(Metric(x), Metric(y), (a, b) => double.IsNaN(a) || double.IsNaN(b) ? double.IsNaN(a).CompareTo(double.IsNaN(b)) : sign * a.CompareTo(b))),
            5 => Of($"params.`{key}`", (x, y) => CompareText(x.Params.GetValueOrDefault(key), y.Params.GetValueOrDefault(key), sign)),
            _ => Of($"tags.`{key}`", (x, y) => CompareText(x.Tags.GetValueOrDefault(key), y.Tags.GetValueOrDefault(key), sign)),
        };

        NaiveOrder Of(string field, Comparison<SampleRun> compare) => new($"{field}{(descending ? " desc" : "")}", compare);

        double? Metric(SampleRun run) => run.Metrics.TryGetValue(key, out var value) ? value : null;
    }

    private static int Nullable<T>(T? x, T? y, Func<T, T, int> compare)
        where T : struct => (x, y) switch
        {
            (null, null) => 0,
            (null, _) => 1,
            (_, null) => -1,
            _ => compare(x.Value, y.Value),
        };

    private static int CompareText(string? x, string? y, int sign) => x is null || y is null ? (x is null).CompareTo(y is null) : sign * CompareText(x, y);

    // By code points, as UTF-8 sorts.
    private static int CompareText(string x, string y) => System.Text.Encoding.UTF8.GetBytes(x).AsSpan().SequenceCompareTo(System.Text.Encoding.UTF8.GetBytes(y));

    private static string Quote(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";
}
