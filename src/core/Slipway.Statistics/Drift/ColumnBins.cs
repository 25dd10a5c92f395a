using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.Intrinsics;
using System.Text.Json.Serialization;

namespace Slipway.Statistics.Drift;

/// <summary>
/// How a baseline bins a column; immutable, equal by content, safe for concurrent use, and JSON as it stands. Three kinds:
/// <list type="bullet">
/// <item><see cref="BinKind.Edges"/>: numbers with more than 20 distinct values. The inner edges are the distinct quantiles 0.1 … 0.9, the outer bins are open, a value on an edge goes right.</item>
/// <item><see cref="BinKind.Values"/>: numbers with fewer. A bin a value, then <c>other</c>.</item>
/// <item><see cref="BinKind.Categories"/>: text. A bin a category, then <c>other</c>, then <c>missing</c>.</item>
/// </list>
/// A missing number has no bin: it is a rate of its own.
/// </summary>
public sealed record ColumnBins
{
    /// <summary>The most distinct numbers that get a bin each.</summary>
    public const int MaxValues = 20;

    /// <summary>The most categories that get a bin each.</summary>
    public const int MaxCategories = 200;

    /// <summary>Where there are more than <see cref="MaxCategories"/>, a category needs as many rows to get a bin: names and numbers of things, of which each row has another, stay one bin.</summary>
    public const int LeastRowsOfCategory = 5;

    private readonly double[] _numbers;
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);

    [JsonConstructor]
    private ColumnBins(BinKind kind, IReadOnlyList<double>? numbers, IReadOnlyList<string>? categories, bool complete)
    {
        var text = kind == BinKind.Categories;
        if (text ? categories is null || numbers is not null : numbers is null || categories is not null)
        {
            throw new ArgumentException(text ? "Bins of text have categories and no numbers." : "Bins of numbers have numbers and no categories.");
        }

        _numbers = [.. numbers ?? []];
        for (var i = 0; i < _numbers.Length; i++)
        {
            if (!double.IsFinite(_numbers[i]) || (i > 0 && _numbers[i] <= _numbers[i - 1]))
            {
                throw new ArgumentException("The numbers of bins are finite and ascend.", nameof(numbers));
            }
        }

        foreach (var category in categories ?? [])
        {
            if (!_places.TryAdd(category, _places.Count))
            {
                throw new ArgumentException("A category has one bin.", nameof(categories));
            }
        }

        (Kind, Complete) = (kind, complete);
        Numbers = numbers is null ? null : _numbers;
        Categories = categories is null ? null : [.. categories];
        Count = kind switch { BinKind.Edges => _numbers.Length + 1, BinKind.Values => _numbers.Length + 1, _ => _places.Count + 2 };
    }

    /// <summary>The kind.</summary>
    public BinKind Kind { get; }

    /// <summary>The inner edges, or the single values, ascending; null for text.</summary>
    public IReadOnlyList<double>? Numbers { get; }

    /// <summary>The categories, the most frequent first; null for numbers.</summary>
    public IReadOnlyList<string>? Categories { get; }

    /// <summary>False when the baseline has categories without a bin of their own, so that <c>other</c> does not mean unseen.</summary>
    public bool Complete { get; }

    /// <summary>The number of bins.</summary>
    [JsonIgnore]
    public int Count { get; }

    /// <summary>The bin <c>other</c>, or −1 where there is none.</summary>
    [JsonIgnore]
    public int Other => Kind switch { BinKind.Edges => -1, BinKind.Values => Count - 1, _ => Count - 2 };

    /// <summary>The bin of missing values, or −1 where they have none.</summary>
    [JsonIgnore]
    public int Missing => Kind == BinKind.Categories ? Count - 1 : -1;

    /// <summary>Bins for a column of numbers; NaN is missing. Infinite numbers make no edges.</summary>
    public static ColumnBins OfNumbers(ReadOnlySpan<double> values) => OfNumbers(SortedSample.Of(values));

    /// <summary>As <see cref="OfNumbers(ReadOnlySpan{double})"/>, of numbers that are sorted already.</summary>
    public static ColumnBins OfNumbers(SortedSample sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        var distinct = sample.Distinct(MaxValues + 1);
        if (distinct.Count <= MaxValues)
        {
            return new ColumnBins(BinKind.Values, distinct, null, complete: true);
        }

        var edges = Enumerable.Range(1, 9).Select(k => sample.Quantile(k / 10.0)!.Value).Distinct().ToArray();
        return new ColumnBins(BinKind.Edges, edges, null, complete: true);
    }

    /// <summary>Bins for a column of text; null is missing.</summary>
    public static ColumnBins OfTexts(IEnumerable<string?> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var value in values)
        {
            if (value is not null)
            {
                System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(counts, value, out _)++;
            }
        }

        return OfTextCounts(counts);
    }

    /// <summary>
    /// Bins for a column of text of which the rows of each distinct value are counted already. Up to <see cref="MaxCategories"/> categories all have a bin. Of more, the most frequent of
    /// those with <see cref="LeastRowsOfCategory"/> rows have one, and the rest is <c>other</c>.
    /// </summary>
    public static ColumnBins OfTextCounts(IReadOnlyCollection<KeyValuePair<string, long>> counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        var complete = counts.Count <= MaxCategories;
        var kept = counts
            .Where(c => complete || c.Value >= LeastRowsOfCategory)
            .OrderByDescending(c => c.Value)
            .ThenBy(c => c.Key, StringComparer.Ordinal)
            .Take(MaxCategories)
            .Select(c => c.Key);
        return new ColumnBins(BinKind.Categories, null, [.. kept], complete);
    }

    /// <summary>The bin of a number; −1 for NaN, which is missing. Allocates nothing.</summary>
    /// <exception cref="InvalidOperationException">The column is text.</exception>
    public int Find(double value)
    {
        if (Kind == BinKind.Categories)
        {
            ThrowNotNumbers();
        }

        if (double.IsNaN(value))
        {
            return -1;
        }

        // Counting all of the at most twenty numbers has no branch to guess wrong: faster than a binary search.
        var below = 0;
        foreach (var number in _numbers)
        {
            below += number <= value ? 1 : 0;
        }

        return Kind == BinKind.Edges ? below
            : below > 0 && _numbers[below - 1] == value ? below - 1
            : _numbers.Length;
    }

    /// <summary>The bins of many numbers, as <see cref="Find(double)"/> has them, several at once.</summary>
    /// <param name="values">The numbers.</param>
    /// <param name="places">Where their bins go; as long as <paramref name="values"/>.</param>
    /// <exception cref="InvalidOperationException">The column is text.</exception>
    public void Find(ReadOnlySpan<double> values, Span<int> places)
    {
        if (Kind == BinKind.Categories)
        {
            ThrowNotNumbers();
        }

        var i = 0;
        Span<long> found = stackalloc long[Vector256<long>.Count];
        for (; Vector256.IsHardwareAccelerated && i <= values.Length - Vector256<double>.Count; i += Vector256<double>.Count)
        {
            var some = Vector256.Create(values[i..]);
            var below = Vector256<long>.Zero;
            var equal = Vector256<long>.Zero;
            foreach (var number in _numbers)
            {
                var each = Vector256.Create(number);

                // True is all bits set, which is -1.
                below -= Vector256.LessThanOrEqual(each, some).AsInt64();
                equal |= Vector256.Equals(each, some).AsInt64();
            }

            if (Kind == BinKind.Values)
            {
                below = Vector256.ConditionalSelect(equal, below - Vector256<long>.One, Vector256.Create((long)_numbers.Length));
            }

            // Only NaN does not equal itself.
            (below | ~Vector256.Equals(some, some).AsInt64()).CopyTo(found);
            for (var n = 0; n < found.Length; n++)
            {
                places[i + n] = (int)found[n];
            }
        }

        for (; i < values.Length; i++)
        {
            places[i] = Find(values[i]);
        }
    }

    /// <summary>The bin of a text; null is missing. Allocates nothing.</summary>
    /// <exception cref="InvalidOperationException">The column is numbers.</exception>
    public int Find(string? value)
    {
        if (Kind != BinKind.Categories)
        {
            ThrowNotText();
        }

        return value is null ? _places.Count + 1 : _places.TryGetValue(value, out var bin) ? bin : _places.Count;
    }

    /// <summary>What people call a bin: <c>below 3</c>, <c>3 to 5</c>, <c>5 or more</c>, a value, a category, <c>other</c>, <c>missing</c>. Categories are cut after 40 characters.</summary>
    public string Label(int bin)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bin);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(bin, Count);
        return bin == Other ? "other"
            : bin == Missing ? "missing"
            : Kind == BinKind.Categories ? Cut(Categories![bin])
            : Kind == BinKind.Values ? Say(_numbers[bin])
            : bin == 0 ? $"below {Say(_numbers[0])}"
            : bin == _numbers.Length ? $"{Say(_numbers[^1])} or more"
            : $"{Say(_numbers[bin - 1])} to {Say(_numbers[bin])}";
    }

    /// <summary>True for the same kind with the same numbers and categories.</summary>
    public bool Equals(ColumnBins? other) => ReferenceEquals(this, other)
        || (other is not null && Kind == other.Kind && Complete == other.Complete
            && _numbers.AsSpan().SequenceEqual(other._numbers)
            && (Categories ?? []).SequenceEqual(other.Categories ?? [], StringComparer.Ordinal));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Count, _numbers.Length == 0 ? 0 : _numbers[0], Categories is [var first, ..] ? first : null);

    private static string Say(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    private static string Cut(string category) => category.Length == 0 ? "(empty)" : category.Length <= 40 ? category : $"{category.AsSpan(0, 39)}…";

    [DoesNotReturn]
    private static void ThrowNotNumbers() => throw new InvalidOperationException("These are bins of text: they have no place for a number.");

    [DoesNotReturn]
    private static void ThrowNotText() => throw new InvalidOperationException("These are bins of numbers: they have no place for a text.");
}
