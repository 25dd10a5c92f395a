namespace Slipway.Registry;

/// <summary>What other modules may read of models as MLflow's clients see them: those that Slipway can serve, and those that a client only told of.</summary>
public interface IRegisteredModels
{
    /// <summary>A model with its newest versions, at most <paramref name="most"/>; null when there is none of that name.</summary>
    Task<RegisteredModelSummary?> FindAsync(string name, int most, CancellationToken cancellationToken);
}

/// <summary>A registered model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What somebody said of it; empty where nobody did.</param>
/// <param name="CreatedAt">Since when.</param>
/// <param name="Versions">Its versions, the newest first.</param>
/// <param name="HasMore">True when there are more versions.</param>
public sealed record RegisteredModelSummary(string Name, string Description, DateTimeOffset CreatedAt, IReadOnlyList<RegisteredVersionSummary> Versions, bool HasMore);

/// <summary>A version of a registered model.</summary>
public sealed record RegisteredVersionSummary
{
    /// <summary>Its number.</summary>
    public required long Number { get; init; }

    /// <summary>The semantic version of what Slipway can serve; null for what a client only told of.</summary>
    public string? SemanticVersion { get; init; }

    /// <summary>Its stage: None, Staging, Production or Archived.</summary>
    public required string Stage { get; init; }

    /// <summary>The aliases that name it.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>What somebody said of it; empty where nobody did.</summary>
    public required string Description { get; init; }

    /// <summary>Where its files are, as the client said.</summary>
    public required string Source { get; init; }

    /// <summary>The run that it came of; null where nobody said.</summary>
    public string? RunId { get; init; }

    /// <summary>The logged model that it came of; null where nobody said.</summary>
    public string? ModelId { get; init; }

    /// <summary>Who registered it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}
