using System.Text.Json.Serialization;
using Slipway.Statistics.Drift;
using Slipway.Statistics.Quality;

namespace Slipway.Monitoring.Profiles;

/// <summary>What a version was trained on: what its windows are compared with.</summary>
internal sealed record Baseline
{
    /// <summary>What the version predicts.</summary>
    public required LearningTask Task { get; init; }

    /// <summary>The segments' names that it was counted by.</summary>
    public required IReadOnlyList<string> SegmentNames { get; init; }

    /// <summary>Inputs, the prediction and the label.</summary>
    public required IReadOnlyList<BaselineColumn> Columns { get; init; }

    /// <summary>Metrics on held-out rows, from the registry; from the first window's labels where the version has no data.</summary>
    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    /// <summary>Mean losses on the rows of the snapshot by segment (empty: all rows) and loss. In-sample, so only their ratios mean anything.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Losses { get; init; } = new Dictionary<string, IReadOnlyDictionary<string, double>>();

    /// <summary>What is particular about it, for people; null where nothing is.</summary>
    public string? Note { get; init; }

    /// <summary>For a version without data: the start of the first full window, UTC ticks; null otherwise.</summary>
    public long? WindowStart { get; init; }

    /// <summary>The end of that window while it is not full: until then nothing can be compared.</summary>
    public long? OpenUntil { get; init; }

    /// <summary>The first rows of a version without data, while there are no bins; null otherwise.</summary>
    public FirstRowsData? FirstRows { get; init; }

    /// <summary>The bins by column.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, ColumnBins> Bins => Columns.ToDictionary(column => column.Name, column => column.Bins);
}

/// <summary>One column of a baseline.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Source">Where its values come from.</param>
/// <param name="Bins">The bins that everything is counted in.</param>
/// <param name="Counts">The baseline's rows by segment; empty: all rows.</param>
internal sealed record BaselineColumn(string Name, ColumnSource Source, ColumnBins Bins, IReadOnlyDictionary<string, ColumnCountsData> Counts)
{
    private readonly Dictionary<string, ColumnCounts> _restored = [];

    /// <summary>The counts of a segment; null where the baseline has no row of it.</summary>
    public ColumnCounts? Find(string segment)
    {
        if (!_restored.TryGetValue(segment, out var counts) && Counts.TryGetValue(segment, out var data))
        {
            _restored[segment] = counts = ColumnCounts.Of(Bins, data);
        }

        return counts;
    }
}

/// <summary>Where a column's values come from.</summary>
internal enum ColumnSource
{
    /// <summary>Callers.</summary>
    Input,

    /// <summary>The model.</summary>
    Prediction,

    /// <summary>Outcomes.</summary>
    Label,
}
