using Slipway.Core.Lineages;
using Slipway.Core.Text;

namespace Slipway.Tracking.Lineages;

/// <summary>What runs came from.</summary>
internal sealed class RunLineage(RunOriginReader reader) : ILineageSource
{
    private const int IdLength = 32;

    public async Task<IReadOnlyList<LineageEdge>> ListEdgesAsync(LineageStep step, CancellationToken cancellationToken)
    {
        var most = step.Limit + 1;
        return step.Direction == LineageDirection.Up
            ? [.. (await reader.ListAsync(step.Of(LineageKind.Run), most, cancellationToken)).Select(Edge)]
            : [
                .. (await reader.ListOfDatasetsAsync(step.Of(LineageKind.Dataset), most, cancellationToken)).Select(Edge),
                .. (await reader.ListOfCommitsAsync(step.Of(LineageKind.Commit), most, cancellationToken)).Select(Edge),
            ];
    }

    public async Task<IReadOnlyList<LineageNode>> DescribeAsync(IReadOnlyList<LineageKey> keys, CancellationToken cancellationToken)
    {
        var runs = await reader.DescribeAsync([.. keys.Where(key => key.Kind == LineageKind.Run).Select(key => key.Name)], cancellationToken);
        var wanted = keys.Where(key => key.Kind == LineageKind.Dataset).ToHashSet();
        var datasets = await reader.ListDatasetsAsync([.. wanted.Select(key => key.Name[(key.Name.LastIndexOf('@') + 1)..]).Distinct()], cancellationToken);
        return
        [
            .. runs.Select(run => new LineageNode
            {
                Key = new LineageKey(LineageKind.Run, run.Id),
                Title = run.Name,
                Detail = $"{run.Status.ToLowerInvariant()} run of {run.User}{(run.DeletedAt is null ? "" : ", deleted")}",
                At = DateTimeOffset.FromUnixTimeMilliseconds(run.StartedAt),
                Facts = new Dictionary<string, string> { ["id"] = run.Id, ["experiment"] = run.Experiment },
            }),
            .. datasets.Select(dataset => (Key: new LineageKey(LineageKind.Dataset, $"{dataset.Name}@{dataset.Digest}"), Of: dataset)).Where(dataset => wanted.Contains(dataset.Key)).DistinctBy(dataset => dataset.Key)
                .Select(dataset => new LineageNode
                {
                    Key = dataset.Key,
                    Title = $"{Excerpt.Of(dataset.Of.Name)}@{Excerpt.Of(dataset.Of.Digest, 12)}",
                    Detail = $"logged by a client, from {dataset.Of.SourceType}",
                    Facts = new Dictionary<string, string> { ["digest"] = dataset.Of.Digest, ["source"] = dataset.Of.Source },
                }),
        ];
    }

    public async Task<IReadOnlyList<LineageKey>> ResolveAsync(LineageName name, CancellationToken cancellationToken)
    {
        var found = new List<LineageKey>();
        if (name.MayBe(LineageKind.Run) && name.Text.Length == IdLength)
        {
            found.AddRange((await reader.DescribeAsync([name.Text], cancellationToken)).Select(run => new LineageKey(LineageKind.Run, run.Id)));
        }

        if (name.MayBe(LineageKind.Dataset) && name.Text.LastIndexOf('@') is > 0 and var at)
        {
            found.AddRange((await reader.ListDatasetsAsync([name.Text[(at + 1)..]], cancellationToken)).Where(dataset => dataset.Name == name.Text[..at])
                .Select(_ => new LineageKey(LineageKind.Dataset, name.Text)).Take(1));
        }

        return found;
    }

    private static LineageEdge Edge(RunOrigin origin) => origin.Dataset is { } dataset
        ? new LineageEdge(new LineageKey(LineageKind.Dataset, dataset), new LineageKey(LineageKind.Run, origin.Run), "trained")
        : new LineageEdge(new LineageKey(LineageKind.Commit, origin.Commit!), new LineageKey(LineageKind.Run, origin.Run), "code of");
}
