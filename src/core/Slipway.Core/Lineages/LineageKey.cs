using System.Text.Json.Serialization;

namespace Slipway.Core.Lineages;

/// <summary>What a node of lineage is.</summary>
public enum LineageKind
{
    /// <summary>A source file with one content: <c>PATH@SHA256</c>, the path relative to its project.</summary>
    File,

    /// <summary>The SQL that a dataset version came from: <c>NAME@DIGEST</c> of that version.</summary>
    Sql,

    /// <summary>A dataset version: <c>NAME@DIGEST</c>.</summary>
    Dataset,

    /// <summary>A git commit, with <c>+dirty</c> where there were changes that are not in it.</summary>
    Commit,

    /// <summary>A run of tracking, by its id.</summary>
    Run,

    /// <summary>A model version: <c>MODEL@VERSION</c>.</summary>
    Version,

    /// <summary>A decision about a version: <c>MODEL@VERSION/POSITION</c> of its event.</summary>
    Approval,

    /// <summary>A rollout, by its id.</summary>
    Rollout,

    /// <summary>A deployment, by its name.</summary>
    Deployment,

    /// <summary>All recorded predictions of a version in a deployment: <c>DEPLOYMENT/MODEL@VERSION</c>.</summary>
    Predictions,

    /// <summary>One prediction: <c>DEPLOYMENT/ID</c>.</summary>
    Prediction,
}

/// <summary>Names a node.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its name, which is unique among its kind.</param>
public sealed record LineageKey(LineageKind Kind, string Name)
{
    /// <summary>The kind's word and the name: <c>version:bike-demand@1.0.0</c>.</summary>
    [JsonIgnore]
    public string Id => $"{WordOf(Kind)}:{Name}";

    /// <summary>The word of a kind.</summary>
    public static string WordOf(LineageKind kind) => kind.ToString().ToLowerInvariant();

    /// <inheritdoc/>
    public override string ToString() => Id;
}

/// <summary>Something came of something else.</summary>
/// <param name="From">What was there first.</param>
/// <param name="To">What came of it.</param>
/// <param name="What">How, in a few words: <c>read by</c>, <c>trained</c>; empty where the kinds say it.</param>
public sealed record LineageEdge(LineageKey From, LineageKey To, string What);

/// <summary>What is known of a node.</summary>
public sealed record LineageNode
{
    /// <summary>Its name.</summary>
    public required LineageKey Key { get; init; }

    /// <summary>What people call it, short.</summary>
    public required string Title { get; init; }

    /// <summary>What matters most about it, as one line.</summary>
    public string Detail { get; init; } = "";

    /// <summary>When it came to be (UTC); absent where nobody knows.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>What else is known, by name.</summary>
    public IReadOnlyDictionary<string, string> Facts { get; init; } = new Dictionary<string, string>();
}

/// <summary>Which way to go.</summary>
public enum LineageDirection
{
    /// <summary>To where something came from.</summary>
    Up,

    /// <summary>To what came of it.</summary>
    Down,
}
