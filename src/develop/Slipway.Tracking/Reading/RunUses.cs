using Slipway.Mlflow;

namespace Slipway.Tracking.Reading;

/// <summary>What a run used, and the models that it made.</summary>
public sealed record RunUses
{
    /// <summary>The most datasets, or models of a kind, that are read.</summary>
    public const int Most = 100;

    /// <summary>The longest source of a dataset that is read, in characters; the rest is cut.</summary>
    public const int LongestSource = 2000;

    /// <summary>The datasets that it used, as they were first logged.</summary>
    public IReadOnlyList<RunDataset> Datasets { get; init; } = [];

    /// <summary>The models that it used, by id.</summary>
    public IReadOnlyList<RunModel> ModelInputs { get; init; } = [];

    /// <summary>The models that it made, by step.</summary>
    public IReadOnlyList<RunModel> ModelOutputs { get; init; } = [];

    /// <summary>True when there is more than <see cref="Most"/> of a kind, which is not read.</summary>
    public bool HasMore { get; init; }
}

/// <summary>A dataset as a run used it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Digest">Its digest, as the client made it.</param>
/// <param name="Context">What for, such as training; null where the run did not say.</param>
/// <param name="SourceType">What kind of place it came from.</param>
/// <param name="Source">The place.</param>
public sealed record RunDataset(string Name, string Digest, string? Context, string SourceType, string Source);

/// <summary>A model that a run used or made.</summary>
/// <param name="ModelId">The id that clients know it by.</param>
/// <param name="Step">At which step it was made; null for one that was used.</param>
/// <param name="Known">What is known of it; null where it is not of this server, or deleted.</param>
public sealed record RunModel(string ModelId, long? Step, KnownModel? Known);

/// <summary>A logged model of this server.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type, such as sklearn; null where nobody said.</param>
/// <param name="Status"><c>READY</c>, <c>PENDING</c> or <c>UPLOAD_FAILED</c>.</param>
/// <param name="SourceRunId">The run that made it; null where nobody said.</param>
/// <param name="Registrations">The registered versions that came of it, by name and number.</param>
public sealed record KnownModel(string Name, string? Type, string Status, string? SourceRunId, IReadOnlyList<ModelRegistration> Registrations);
