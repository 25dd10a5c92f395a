using Slipway.Core.Errors;
using Slipway.Core.Lineages;

namespace Slipway.Registry.Lineages;

/// <summary>Where something came from and what came of it, across all stages.</summary>
public interface ILineage
{
    /// <summary>Walks from a node, level by level, until there is nothing more, the depth is reached or there are too many nodes; the answer says when it was cut.</summary>
    /// <exception cref="SlipwayException">
    /// <see cref="ErrorKind.NotFound"/>: nothing is known by that name; <see cref="ErrorKind.InvalidInput"/>: it may be several things (the sentence names them), or the depth is none.
    /// </exception>
    Task<LineageGraph> WalkAsync(LineageQuery query, CancellationToken cancellationToken);
}

/// <summary>From where, and how far.</summary>
/// <param name="Node">
/// <c>KIND:NAME</c>, such as <c>run:ID</c>, or a name that can be only one thing. A file's path stands for all contents that it has had.
/// </param>
public sealed record LineageQuery(string Node)
{
    /// <summary>The greatest depth.</summary>
    public const int MaxDepth = 20;

    /// <summary>The most nodes.</summary>
    public const int MaxNodes = 1000;

    /// <summary>Only one way; null for both.</summary>
    public LineageDirection? Direction { get; init; }

    /// <summary>How many steps to go, 1 to <see cref="MaxDepth"/>.</summary>
    public int Depth { get; init; } = MaxDepth;
}

/// <summary>What a walk found. Edges lead from what was there first to what came of it.</summary>
/// <param name="Roots">Where it began, by id; several where a file's path has had several contents.</param>
/// <param name="Nodes">All nodes, the roots first, then by their distance.</param>
/// <param name="Edges">All edges between them.</param>
/// <param name="Cut">One sentence where there is more than is told; absent where this is all.</param>
public sealed record LineageGraph(IReadOnlyList<string> Roots, IReadOnlyList<LineageGraphNode> Nodes, IReadOnlyList<LineageGraphEdge> Edges, string? Cut);

/// <summary>A node.</summary>
public sealed record LineageGraphNode
{
    /// <summary><c>KIND:NAME</c>: what a walk may begin at.</summary>
    public required string Id { get; init; }

    /// <summary>What it is.</summary>
    public required LineageKind Kind { get; init; }

    /// <summary>Its name among its kind.</summary>
    public required string Name { get; init; }

    /// <summary>What people call it.</summary>
    public required string Title { get; init; }

    /// <summary>What matters most about it.</summary>
    public required string Detail { get; init; }

    /// <summary>When it came to be (UTC); absent where nobody knows.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>What else is known.</summary>
    public required IReadOnlyDictionary<string, string> Facts { get; init; }

    /// <summary>How many steps it is from where the walk began: negative up, positive down.</summary>
    public required int Level { get; init; }

    /// <summary>True for what others name and is not there any more, such as a run that was purged.</summary>
    public bool IsGone { get; init; }
}

/// <summary>An edge.</summary>
/// <param name="From">What was there first, by id.</param>
/// <param name="To">What came of it, by id.</param>
/// <param name="What">How, in a few words; empty where the kinds say it.</param>
public sealed record LineageGraphEdge(string From, string To, string What);
