namespace Slipway.Tracking.Reading;

/// <summary>A run with what it logged.</summary>
public sealed record RunDetails
{
    /// <summary>The most parameters, tags or metrics that are read.</summary>
    public const int MostValues = 1000;

    /// <summary>The most children that are read.</summary>
    public const int MostChildren = 50;

    /// <summary>The run.</summary>
    public required RunSummary Run { get; init; }

    /// <summary>Its experiment's name.</summary>
    public required string ExperimentName { get; init; }

    /// <summary>Its parameters by name.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Parameters { get; init; } = [];

    /// <summary>Its tags by name.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Tags { get; init; } = [];

    /// <summary>The newest value of each metric, by name.</summary>
    public IReadOnlyList<MetricValue> Metrics { get; init; } = [];

    /// <summary>What it used, and the models that it made.</summary>
    public RunUses Uses { get; init; } = new();

    /// <summary>True when there are more than <see cref="MostValues"/> of a kind, which are not read.</summary>
    public bool HasMore { get; init; }

    /// <summary>The run that it is a part of; null when there is none, or when that was purged.</summary>
    public RunSummary? Parent { get; init; }

    /// <summary>Runs of the same experiment that are parts of it, the newest first; at most <see cref="MostChildren"/>.</summary>
    public IReadOnlyList<RunSummary> Children { get; init; } = [];

    /// <summary>True when there are more children.</summary>
    public bool HasMoreChildren { get; init; }
}

/// <summary>One value of a metric.</summary>
/// <param name="Key">The metric.</param>
/// <param name="Value">Any number, NaN and infinities included.</param>
/// <param name="Step">Its step.</param>
/// <param name="At">When it was measured.</param>
public sealed record MetricValue(string Key, double Value, long Step, DateTimeOffset At);

/// <summary>The history of a metric by step.</summary>
/// <param name="Values">The values in order.</param>
/// <param name="IsThinned">True when there are more, of which these are the lowest and the highest in many even parts of the steps.</param>
public sealed record MetricCurve(IReadOnlyList<MetricValue> Values, bool IsThinned);

/// <summary>A folder of artifacts.</summary>
/// <param name="Path">Its path below the run; empty for the uppermost.</param>
/// <param name="Entries">What lies in it, in order.</param>
/// <param name="HasMore">True when there is more than was asked for.</param>
public sealed record ArtifactFolder(string Path, IReadOnlyList<ArtifactLine> Entries, bool HasMore);

/// <summary>A file or a folder.</summary>
/// <param name="Path">Its path below the run.</param>
/// <param name="Size">Bytes of a file; null for a folder.</param>
public sealed record ArtifactLine(string Path, long? Size);
