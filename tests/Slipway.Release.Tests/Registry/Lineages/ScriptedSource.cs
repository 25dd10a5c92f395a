using Slipway.Core.Lineages;

namespace Slipway.Release.Tests.Registry.Lineages;

/// <summary>Another module's edges, of files that a test makes up: whatever they say, a walk must end.</summary>
internal sealed class ScriptedSource : ILineageSource
{
    public Func<LineageStep, IEnumerable<LineageEdge>> Edges { get; set; } = _ => [];

    public int Steps { get; private set; }

    public static LineageKey File(string name) => new(LineageKind.File, name);

    public Task<IReadOnlyList<LineageEdge>> ListEdgesAsync(LineageStep step, CancellationToken cancellationToken)
    {
        Steps++;
        return Task.FromResult<IReadOnlyList<LineageEdge>>([.. Edges(step).Take(step.Limit + 1)]);
    }

    public Task<IReadOnlyList<LineageNode>> DescribeAsync(IReadOnlyList<LineageKey> keys, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<LineageNode>>([.. keys.Where(key => key.Kind == LineageKind.File).Select(key => new LineageNode { Key = key, Title = key.Name })]);

    public Task<IReadOnlyList<LineageKey>> ResolveAsync(LineageName name, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<LineageKey>>(name.Kind == LineageKind.File ? [File(name.Text)] : []);
}
