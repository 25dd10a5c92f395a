namespace Slipway.Tracking.Reading;

/// <summary>Which of the active and the deleted are shown.</summary>
public enum Shown
{
    /// <summary>Those that are not deleted.</summary>
    Active,

    /// <summary>Those that are deleted and can be restored.</summary>
    Deleted,

    /// <summary>Both.</summary>
    All,
}

/// <summary>Asks for a page of experiments.</summary>
/// <param name="Name">What the name holds, in any case; empty for all. As in MLflow's grammar <c>%</c> stands for any text and <c>_</c> for any character.</param>
/// <param name="Shown">Which are shown.</param>
/// <param name="Size">The most on a page.</param>
public sealed record ExperimentSearch(string Name, Shown Shown, int Size)
{
    /// <summary>Where the page is; the first unless given.</summary>
    public PagePlace Place { get; init; } = PagePlace.First;
}

/// <summary>Where a page of a search begins or ends.</summary>
/// <param name="Token">A token from another page of the same search; null for the first page.</param>
/// <param name="Backwards">True when the page ends where the token stands.</param>
public readonly record struct PagePlace(string? Token, bool Backwards)
{
    /// <summary>The first page.</summary>
    public static readonly PagePlace First;
}

/// <summary>An experiment.</summary>
public sealed record ExperimentSummary
{
    /// <summary>What clients know it by.</summary>
    public required string Id { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Where its runs keep their files.</summary>
    public required string ArtifactLocation { get; init; }

    /// <summary>When it was created; null for the one that is there from the start.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When its name, tags or state changed last; null for the one that is there from the start.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>True when it was deleted.</summary>
    public bool IsDeleted { get; init; }

    /// <summary>Its tags, by key.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>How many runs it has, deleted ones left out unless it is deleted itself; counted up to <see cref="MostCounted"/>.</summary>
    public int Runs { get; init; }

    /// <summary>When its newest run began; null when it has none.</summary>
    public DateTimeOffset? LastRunAt { get; init; }

    /// <summary>How far runs are counted: an answer is to cost the same however many there are. A larger count means more than these.</summary>
    public const int MostCounted = 1000;
}

/// <summary>A page of experiments.</summary>
/// <param name="Experiments">They.</param>
/// <param name="Previous">Token of the page before, or null.</param>
/// <param name="Next">Token of the page behind, or null.</param>
public sealed record ExperimentPage(IReadOnlyList<ExperimentSummary> Experiments, string? Previous, string? Next);
