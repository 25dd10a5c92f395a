using System.Text.Json.Serialization;
using Slipway.Core.Names;

namespace Slipway.Registry.Cards;

/// <summary>Everything that is known of a version, for whoever decides about it or wonders what it is.</summary>
public sealed record ModelCard
{
    /// <summary>The model's name.</summary>
    public required string Model { get; init; }

    /// <summary>The semantic version.</summary>
    public required SemanticVersion Version { get; init; }

    /// <summary>What was decided about it.</summary>
    public required VersionState State { get; init; }

    /// <summary>When this was gathered (UTC).</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What people wrote.</summary>
    public required WrittenCard Written { get; init; }

    /// <summary>What is known, section by section in the card's order.</summary>
    public required IReadOnlyList<CardSection> Sections { get; init; }

    /// <summary>The version as people write it.</summary>
    [JsonIgnore]
    public VersionReference Reference => new(Model, Version);
}

/// <summary>The parts of a card that a person must write.</summary>
/// <param name="Revision">How often they were edited for this version; what <c>If-Match</c> names.</param>
/// <param name="Complete">
/// True when every part is written. A part that was taken over counts where only the data is newer (the version differs in its last number alone); else somebody must confirm it.
/// </param>
/// <param name="Parts">The four parts, in order.</param>
public sealed record WrittenCard(int Revision, bool Complete, IReadOnlyList<WrittenPart> Parts)
{
    /// <summary>The part of that name.</summary>
    public WrittenPart this[string name] => Parts.First(part => part.Name == name);

    /// <summary>The names of parts that keep the card from being complete.</summary>
    public IReadOnlyList<string> Lacking { get; init; } = [];
}

/// <summary>One of them.</summary>
/// <param name="Name">Its name, such as <c>limitations</c>.</param>
/// <param name="Title">Its heading.</param>
/// <param name="Status">Whether somebody has written it.</param>
/// <param name="Text">The text, in Markdown; null when it is missing.</param>
/// <param name="TakenFrom">The former version whose text it is; null for a text that was written for this version.</param>
/// <param name="By">Who wrote, confirmed or removed it last.</param>
/// <param name="At">When.</param>
public sealed record WrittenPart(string Name, string Title, PartStatus Status, string? Text = null, SemanticVersion? TakenFrom = null, string? By = null, DateTimeOffset? At = null);

/// <summary>How a written part stands.</summary>
public enum PartStatus
{
    /// <summary>Nobody has written it.</summary>
    Missing,

    /// <summary>It is a former version's text, and nobody has said that it holds for this one.</summary>
    TakenOver,

    /// <summary>Somebody has written it for this version, or confirmed it.</summary>
    Written,
}
