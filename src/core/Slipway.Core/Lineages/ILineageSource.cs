namespace Slipway.Core.Lineages;

/// <summary>
/// What one module knows of where things came from. Each provides its own, and the registry walks over all of them: a module tells of edges between its things and those of earlier modules, which it names
/// whether they are still there or not. Every call is of many nodes at once, so that a walk costs a query a level and not one a node.
/// </summary>
public interface ILineageSource
{
    /// <summary>
    /// Edges that lead from some nodes one step up or down, as far as this module knows; nodes of other kinds are passed over. At most one more than <see cref="LineageStep.Limit"/>, which tells that
    /// there are more.
    /// </summary>
    Task<IReadOnlyList<LineageEdge>> ListEdgesAsync(LineageStep step, CancellationToken cancellationToken);

    /// <summary>What is known of some nodes; those of other modules, and those that are not there (any more), are left out.</summary>
    Task<IReadOnlyList<LineageNode>> DescribeAsync(IReadOnlyList<LineageKey> keys, CancellationToken cancellationToken);

    /// <summary>What somebody may have meant by a name; nothing, where that is none of this module's.</summary>
    Task<IReadOnlyList<LineageKey>> ResolveAsync(LineageName name, CancellationToken cancellationToken);
}

/// <summary>One step of a walk.</summary>
/// <param name="Direction">Which way.</param>
/// <param name="Nodes">From where.</param>
/// <param name="Limit">The most edges that are of use.</param>
public sealed record LineageStep(LineageDirection Direction, IReadOnlyList<LineageKey> Nodes, int Limit)
{
    /// <summary>
    /// True for the first step. What a walk began at has all that came of it below it; a deployment that a walk came to is only where one of many versions answered, and what the others answered is not
    /// below that version.
    /// </summary>
    public bool IsFirst { get; init; }

    /// <summary>The names of the nodes of a kind.</summary>
    public IReadOnlyList<string> Of(LineageKind kind) => [.. Nodes.Where(node => node.Kind == kind).Select(node => node.Name)];
}

/// <summary>A node as somebody wrote it.</summary>
/// <param name="Text">The name, without its kind.</param>
/// <param name="Kind">The kind, where it was written; null where it may be any.</param>
public sealed record LineageName(string Text, LineageKind? Kind)
{
    /// <summary>The most nodes that are told of one name.</summary>
    public const int Most = 20;

    /// <summary>True where nothing else was meant by the name, so that a search that takes its time is worth it.</summary>
    public bool IsThorough { get; init; }

    /// <summary>True where a node of that kind may be meant.</summary>
    public bool MayBe(LineageKind kind) => Kind is null || Kind == kind;
}
