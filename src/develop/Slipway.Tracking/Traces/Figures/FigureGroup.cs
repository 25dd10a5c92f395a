using System.Globalization;
using Slipway.Core.Errors;

namespace Slipway.Tracking.Traces.Figures;

/// <summary>The values of one group, as they are read: sums are kept, and values only where a percentile is asked for.</summary>
internal sealed class FigureGroup(IReadOnlyList<object> keys, bool keepsValues)
{
    /// <summary>The most different values of a group of which percentiles are told.</summary>
    public const int MostValues = 1_000_000;

    private readonly List<(double Value, long Count)> _values = [];
    private double _sum;
    private double _least = double.PositiveInfinity;
    private double _most = double.NegativeInfinity;

    /// <summary>What the group is known by.</summary>
    public IReadOnlyList<object> Keys => keys;

    /// <summary>How many values it has.</summary>
    public long Count { get; private set; }

    /// <summary>Adds rows that are only counted.</summary>
    public void Add(long count) => Count += count;

    public void Add(double value, long count)
    {
        Count += count;
        _sum += value * count;
        _least = Math.Min(_least, value);
        _most = Math.Max(_most, value);
        if (!keepsValues)
        {
            return;
        }

        if (_values.Count == MostValues)
        {
            throw new SlipwayException(
                ErrorKind.InvalidInput,
                string.Create(CultureInfo.InvariantCulture, $"More than {MostValues} different values are in one group, of which no percentile is told. Ask for a shorter time, or by more dimensions."));
        }

        _values.Add((value, count));
    }

    /// <summary>The aggregate; null where the group has no value for it.</summary>
    public double? Of(Aggregation aggregation) => aggregation.Type switch
    {
        AggregationType.Count => Count,
        _ when Count == 0 => null,
        AggregationType.Sum => _sum,
        AggregationType.Avg => _sum / Count,
        AggregationType.Min => _least,
        AggregationType.Max => _most,
        _ => Percentile(aggregation.Percentile / 100),
    };

    // Between two values in proportion, as PostgreSQL's percentile_cont and numpy's quantile have it.
    private double Percentile(double share)
    {
        _values.Sort(static (a, b) => a.Value.CompareTo(b.Value));
        var place = share * (Count - 1);
        var below = (long)Math.Floor(place);
        var low = At(below);
        return place == below ? low : low + ((At(below + 1) - low) * (place - below));
    }

    private double At(long place)
    {
        var passed = 0L;
        foreach (var (value, count) in _values)
        {
            passed += count;
            if (passed > place)
            {
                return value;
            }
        }

        return _values[^1].Value;
    }
}
