using Slipway.Tracking.Reading;

namespace Slipway.Console.Reading;

/// <summary>What is shown of the experiments.</summary>
/// <param name="Name">What was searched for.</param>
/// <param name="Shown">Which are shown.</param>
/// <param name="Page">The page; null where the address names none.</param>
/// <param name="Problem">Why there is no page, or null.</param>
public sealed record ExperimentsView(string Name, Shown Shown, ExperimentPage? Page, string? Problem)
{
    /// <summary>The address of a page.</summary>
    public static string Address(string name, Shown shown, PagePlace place)
    {
        var query = string.Join('&', new[]
        {
            name.Length > 0 ? "name=" + Uri.EscapeDataString(name) : null,
            shown != Shown.Active ? "view=" + shown.ToString().ToLowerInvariant() : null,
            place.Token is { } token ? (place.Backwards ? "before=" : "after=") + Uri.EscapeDataString(token) : null,
        }.OfType<string>());
        return query.Length > 0 ? "experiments?" + query : "experiments";
    }
}

/// <summary>What is shown of an experiment.</summary>
public sealed record RunsView
{
    /// <summary>The experiment.</summary>
    public required ExperimentSummary Experiment { get; init; }

    /// <summary>What is shown of its runs.</summary>
    public required RunsChoice Choice { get; init; }

    /// <summary>Which runs, where the choice leaves it open.</summary>
    public required Shown Shown { get; init; }

    /// <summary>The names to choose columns from.</summary>
    public required RunKeys Keys { get; init; }

    /// <summary>The columns beside a run's name, start and status.</summary>
    public required IReadOnlyList<RunColumn> Columns { get; init; }

    /// <summary>The runs; null where filter, order or place are wrong.</summary>
    public RunPage? Page { get; init; }

    /// <summary>What is wrong with them, or null.</summary>
    public string? Problem { get; init; }
}

/// <summary>What is shown of a run.</summary>
public sealed record RunView
{
    /// <summary>The run.</summary>
    public required RunDetails Details { get; init; }

    /// <summary>The metric whose plot is shown alone and large; null for all.</summary>
    public string? Metric { get; init; }

    /// <summary>The histories that are plotted.</summary>
    public IReadOnlyList<MetricCurve> Curves { get; init; } = [];

    /// <summary>How many metrics were not looked at, since a page has room for some plots only.</summary>
    public int NotPlotted { get; init; }

    /// <summary>The open folders, the uppermost first.</summary>
    public IReadOnlyList<ArtifactFolder> Folders { get; init; } = [];

    /// <summary>Why the artifacts are not shown, or null.</summary>
    public string? ArtifactProblem { get; init; }

    /// <summary>The address of a run's page.</summary>
    public static string Address(string run, string? metric = null, string? folder = null)
    {
        var query = string.Join('&', new[]
        {
            metric is null ? null : "metric=" + Uri.EscapeDataString(metric),
            folder is { Length: > 0 } ? "folder=" + Uri.EscapeDataString(folder) : null,
        }.OfType<string>());
        return $"runs/{Uri.EscapeDataString(run)}{(query.Length > 0 ? "?" + query : "")}";
    }

    /// <summary>Where a file of a run is fetched.</summary>
    public static string Download(string run, string path) => $"get-artifact?run_id={Uri.EscapeDataString(run)}&path={Uri.EscapeDataString(path)}";
}
