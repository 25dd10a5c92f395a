using System.Globalization;
using Slipway.Monitoring.Log;

namespace Slipway.Monitoring.Profiles;

/// <summary>
/// Which segments a deployment has: the first fifty values of each name that the project lists, in the order in which they came, and <c>other</c> for the rest, so that a name with a value a
/// row does not fill the memory.
/// </summary>
internal sealed class SegmentNames
{
    public const string Other = "other";

    private const int MostValues = 50;
    private const int LongestValue = 64;
    private const int MostCached = 1000;

    private readonly Dictionary<string, Values> _values = [];

    /// <summary>The names that the project lists.</summary>
    public IReadOnlyList<string> Names { get; set; } = [];

    /// <summary>Values that are known from before.</summary>
    public void Restore(IEnumerable<string> segments)
    {
        foreach (var segment in segments)
        {
            var at = segment.IndexOf('=', StringComparison.Ordinal);
            if (at > 0)
            {
                Of(segment[..at]).Find(segment[..at], segment[(at + 1)..]);
            }
        }
    }

    /// <summary>The segment of a value, <c>workingday=1</c>; null for a missing value.</summary>
    public string? Find(string name, string? value) => value is null ? null : Of(name).Find(name, value);

    /// <summary>The segments of a batch's rows under a name: the caller's own, else the input's value; null where the batch has neither.</summary>
    public string?[]? Read(string name, PredictionBatch batch)
    {
        var segments = batch.Inputs.FirstOrDefault(input => input.Name == name) is NumberValues or TextValues
            ? Read(name, batch.Inputs.First(input => input.Name == name))
            : null;

        if (batch.Segments.TryGetValue(name, out var given))
        {
            segments ??= new string?[batch.Rows];
            for (var i = 0; i < given.Length; i++)
            {
                segments[i] = Find(name, given[i]) ?? segments[i];
            }
        }

        return segments;
    }

    /// <summary>The segments of a column's rows.</summary>
    public string?[] Read(string name, LoggedColumn column) => column switch
    {
        NumberValues numbers => Array.ConvertAll(numbers.Values, value => Of(name).Find(name, value)),
        TextValues texts => Array.ConvertAll(texts.Values, value => Find(name, value)),
        _ => throw new ArgumentException($"'{name}' is not one value a row.", nameof(column)),
    };

    private Values Of(string name)
    {
        if (!_values.TryGetValue(name, out var values))
        {
            _values.Add(name, values = new Values());
        }

        return values;
    }

    private sealed class Values
    {
        private readonly Dictionary<string, string> _known = [];
        private readonly Dictionary<double, string> _byNumber = [];

        public string Find(string name, string value)
        {
            if (_known.TryGetValue(value, out var segment))
            {
                return segment;
            }

            if (value == Other || value.Length > LongestValue || _known.Count >= MostValues)
            {
                return $"{name}={Other}";
            }

            return _known[value] = $"{name}={value}";
        }

        public string? Find(string name, double value)
        {
            if (double.IsNaN(value))
            {
                return null;
            }

            if (!_byNumber.TryGetValue(value, out var segment))
            {
                segment = Find(name, value.ToString(CultureInfo.InvariantCulture));
                if (_byNumber.Count < MostCached)
                {
                    _byNumber.Add(value, segment);
                }
            }

            return segment;
        }
    }
}
