using System.Globalization;
using Slipway.Monitoring.Log;

namespace Slipway.Monitoring.Outcomes;

/// <summary>What rows in memory have in common: who answered, how their scores are read, and which segments are kept of them.</summary>
/// <param name="source">Who answered.</param>
/// <param name="model">How scores are read.</param>
/// <param name="names">The segments, the caller's own first.</param>
internal sealed class RecentSource(PredictionSource source, OutcomeModel model, string[] names)
{
    private const int FixedBytes = 96;
    private const int BytesOfText = 48;
    private const int MostCached = 1000;

    private readonly Dictionary<double, string> _numbers = [];

    public PredictionSource Source => source;

    public OutcomeModel Model => model;

    public string[] Names => names;

    /// <summary>About how much memory a row of so many scores takes.</summary>
    public int BytesOf(int scores) => FixedBytes + (BytesOfText * names.Length) + (scores > 1 ? 32 + (sizeof(double) * scores) : 0);

    /// <summary>True for batches that need no other.</summary>
    public bool Fits(PredictionBatch batch, OutcomeModel other, string[] needed) =>
        source == batch.Source && model.Task == other.Task && model.Labels.SequenceEqual(other.Labels) && names.AsSpan().SequenceEqual(needed);

    /// <summary>The segments that are kept of a batch: the caller's own, and the inputs among <paramref name="wanted"/>.</summary>
    public static string[] NamesOf(PredictionBatch batch, IReadOnlyCollection<string> wanted)
    {
        if (batch.Segments.Count == 0 && wanted.Count == 0)
        {
            return [];
        }

        var inputs = batch.Inputs.Where(input => input is NumberValues or TextValues && wanted.Contains(input.Name) && !batch.Segments.ContainsKey(input.Name));
        return [.. batch.Segments.Keys, .. inputs.Select(input => input.Name)];
    }

    /// <summary>A row's value of a segment: the caller's own, else the input's (a number as invariant text); null where it is missing.</summary>
    public string? Value(PredictionBatch batch, string name, int row)
    {
        if (batch.Segments.TryGetValue(name, out var given) && given[row] is { } value)
        {
            return value;
        }

        foreach (var input in batch.Inputs)
        {
            if (input.Name == name)
            {
                return input switch
                {
                    NumberValues numbers => Text(numbers.Values[row]),
                    TextValues texts => texts.Values[row],
                    _ => null,
                };
            }
        }

        return null;
    }

    // Segments are few values that come again and again.
    private string? Text(double number)
    {
        if (double.IsNaN(number))
        {
            return null;
        }

        if (!_numbers.TryGetValue(number, out var text))
        {
            text = number.ToString("R", CultureInfo.InvariantCulture);
            if (_numbers.Count < MostCached)
            {
                _numbers.Add(number, text);
            }
        }

        return text;
    }
}
