using System.Globalization;
using Slipway.Core.Errors;
using Slipway.Core.Projects;
using Slipway.Statistics;

namespace Slipway.Training;

/// <summary>
/// A random search: which values each trial tries. The first trial takes the values that the project gives where it gives all of those that are searched, so that a search never
/// ends worse than it began; every other draws each value evenly from its range, on a log scale where the highest is at least ten times the lowest.
/// </summary>
internal static class SearchSpace
{
    /// <summary>The name under which the number of boosting rounds is searched.</summary>
    public const string Rounds = "rounds";

    /// <summary>The values of every trial, in order. The same seed gives the same trials, and more trials begin with the same ones.</summary>
    public static List<SortedDictionary<string, string>> Draw(SearchSection search, IReadOnlyDictionary<string, string> given, int seed)
    {
        Check(search);
        var names = search.Ranges.Keys.Order(StringComparer.Ordinal).ToList();
        var random = new SeededRandom(seed);
        var trials = new List<SortedDictionary<string, string>>(search.Trials);
        while (trials.Count < search.Trials)
        {
            var asGiven = trials.Count == 0 && names.TrueForAll(given.ContainsKey);
            var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (var name in names)
            {
                values[name] = asGiven ? given[name] : Draw(search.Ranges[name], random);
            }

            trials.Add(values);
        }

        return trials;
    }

    private static string Draw(SearchRange range, SeededRandom random)
    {
        var share = random.NextDouble();
        var logarithmic = range.Low > 0 && range.High >= 10 * range.Low;
        if (!range.Integer)
        {
            var value = logarithmic ? range.Low * Math.Pow(range.High / range.Low, share) : double.Lerp(range.Low, range.High, share);
            return Math.Clamp(value, range.Low, range.High).ToString(CultureInfo.InvariantCulture);
        }

        // Each whole number owns the unit above it, so that both ends are as likely as their neighbours.
        var below = logarithmic ? range.Low * Math.Pow((range.High + 1) / range.Low, share) : range.Low + ((range.High + 1 - range.Low) * share);
        return Math.Clamp(Math.Floor(below), range.Low, range.High).ToString(CultureInfo.InvariantCulture);
    }

    private static void Check(SearchSection search)
    {
        if (search.Trials < 1 || search.Ranges.Count == 0)
        {
            throw Invalid("train.search needs at least one trial and one parameter with its range, such as num_leaves: [15, 255].");
        }

        foreach (var (name, range) in search.Ranges)
        {
            if (!double.IsFinite(range.Low) || !double.IsFinite(range.High) || range.Low > range.High)
            {
                throw Invalid(FormattableString.Invariant($"train.search.{name} is [{range.Low}, {range.High}], but a range is its lowest and its highest value."));
            }
        }
    }

    private static SlipwayException Invalid(string message) => new(ErrorKind.InvalidInput, message);
}
