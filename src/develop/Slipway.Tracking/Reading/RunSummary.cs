namespace Slipway.Tracking.Reading;

/// <summary>What a value of a run is.</summary>
public enum RunValueKind
{
    /// <summary>A parameter.</summary>
    Parameter,

    /// <summary>The newest value of a metric.</summary>
    Metric,

    /// <summary>A tag.</summary>
    Tag,
}

/// <summary>Names a value of a run.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Key">Its name.</param>
public readonly record struct RunValueName(RunValueKind Kind, string Key);

/// <summary>Asks for a page of runs.</summary>
/// <param name="ExperimentId">The experiment.</param>
/// <param name="Size">The most on a page.</param>
public sealed record RunSearch(string ExperimentId, int Size)
{
    /// <summary>A filter in MLflow's grammar; empty for all.</summary>
    public string Filter { get; init; } = "";

    /// <summary>An order in MLflow's grammar; null for the newest first.</summary>
    public string? OrderBy { get; init; }

    /// <summary>Which runs are shown.</summary>
    public Shown Shown { get; init; }

    /// <summary>Where the page is; the first unless given.</summary>
    public PagePlace Place { get; init; } = PagePlace.First;

    /// <summary>The values that are read with each run.</summary>
    public IReadOnlyList<RunValueName> Values { get; init; } = [];
}

/// <summary>A run's own data.</summary>
public sealed record RunSummary
{
    /// <summary>What clients know it by.</summary>
    public required string Id { get; init; }

    /// <summary>Its experiment.</summary>
    public required string ExperimentId { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Who began it, as the client said.</summary>
    public required string User { get; init; }

    /// <summary>How it stands, in MLflow's words: <c>RUNNING</c>, <c>SCHEDULED</c>, <c>FINISHED</c>, <c>FAILED</c>, <c>KILLED</c>.</summary>
    public required string Status { get; init; }

    /// <summary>When it began, as the client said.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended; null while it has not.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Where its files lie.</summary>
    public required string ArtifactUri { get; init; }

    /// <summary>True when it was deleted.</summary>
    public bool IsDeleted { get; init; }

    /// <summary>The run that it is a part of; null when there is none.</summary>
    public string? ParentId { get; init; }
}

/// <summary>One line of a table of runs.</summary>
/// <param name="Run">The run.</param>
/// <param name="HasChildren">Whether other runs of the experiment are parts of it.</param>
/// <param name="Metrics">The metrics that were asked for and that it has.</param>
/// <param name="Texts">The parameters and tags that were asked for and that it has.</param>
public sealed record RunRow(RunSummary Run, bool HasChildren, IReadOnlyDictionary<string, double> Metrics, IReadOnlyDictionary<RunValueName, string> Texts);

/// <summary>A page of runs.</summary>
/// <param name="Rows">They.</param>
/// <param name="Previous">Token of the page before, or null.</param>
/// <param name="Next">Token of the page behind, or null.</param>
public sealed record RunPage(IReadOnlyList<RunRow> Rows, string? Previous, string? Next);

/// <summary>The names that occur in an experiment.</summary>
/// <param name="Parameters">Of parameters.</param>
/// <param name="Metrics">Of metrics.</param>
/// <param name="Tags">Of tags.</param>
public sealed record RunKeys(IReadOnlyList<string> Parameters, IReadOnlyList<string> Metrics, IReadOnlyList<string> Tags)
{
    /// <summary>The most of each kind.</summary>
    public const int Most = 200;
}
