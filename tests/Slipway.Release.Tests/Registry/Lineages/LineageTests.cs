using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Core.Errors;
using Slipway.Core.Lineages;
using Slipway.Registry;
using Slipway.Registry.Lineages;
using Slipway.Release.Tests.Rollouts;
using Slipway.Rollouts.Releases;
using Slipway.Storage;
using Slipway.Tests;
using Slipway.Tracking.Recording;

namespace Slipway.Release.Tests.Registry.Lineages;

/// <summary>Where versions came from and where they went, on either database.</summary>
public abstract class LineageTests(bool postgreSql) : IAsyncLifetime
{
    private const string Run = "0199d1c27e6b7c9ca3f52f6d4f1f6a10";
    private const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private static readonly string Digest = new('d', 64);

    private readonly ScriptedSource _source = new();
    private OwnHost? _own;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private ReleaseHost Host => _own!.Host;

    public async ValueTask InitializeAsync()
    {
        var address = await TestDatabase.AddressAsync(postgreSql);
        _own = await OwnHost.StartAsync(Cancel, services => services.AddTestDatabase(address).AddSingleton<ILineageSource>(_source));
    }

    public async ValueTask DisposeAsync()
    {
        await _own!.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_version_leads_up_to_run_data_code_and_approvals_and_down_to_where_it_was_live()
    {
        await RecordRunAsync();
        var version = await AddAsync("1", Run);
        await Host.DeployAsync("live", (await AddAsync("0", null)).Reference, Cancel);
        var rollout = await Host.Rollouts.StartAsync(new RolloutRequest("live", version.Reference, Plans.Canary, null), ReleaseHost.Alice, Cancel);

        var graph = await WalkAsync(version.Reference.ToString());

        Assert.Equal([$"version:{version.Reference}"], graph.Roots);
        Assert.Null(graph.Cut);
        Assert.Equal(
            [
                $"commit:{Commit}+dirty > run:{Run}: code of",
                $"dataset:rides@{Digest} > run:{Run}: trained",
                $"rollout:{rollout.Id} > deployment:live: of",
                $"run:{Run} > version:{version.Reference}: registered as",
                $"version:{version.Reference} > rollout:{rollout.Id}: tried by",
            ],
            Edges(graph).Where(edge => !edge.StartsWith("approval:", StringComparison.Ordinal) && !edge.Contains("deployment:live: candidate", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Contains(Edges(graph), edge => edge.StartsWith($"version:{version.Reference} > deployment:live: candidate ", StringComparison.Ordinal) && edge.EndsWith(" to now", StringComparison.Ordinal));
        Assert.Equal(["validated by alice", "approved by bob"], graph.Nodes.Where(node => node.Kind == LineageKind.Approval).Select(node => node.Title));
        Assert.Equal((-2, -1, 1), (Node(graph, $"dataset:rides@{Digest}").Level, Node(graph, $"run:{Run}").Level, Node(graph, "deployment:live").Level));
        Assert.Equal("approved; first version", Node(graph, $"version:{version.Reference}").Detail);
    }

    [Fact]
    public async Task What_data_code_and_run_led_to_is_found_from_their_end()
    {
        await RecordRunAsync();
        var version = await AddAsync("1", Run);
        await Host.DeployAsync("live", version.Reference, Cancel);

        foreach (var node in new[] { $"commit:{Commit}", $"{Commit}+dirty", $"run:{Run}", Run })
        {
            var graph = await WalkAsync(node, LineageDirection.Down);
            Assert.Contains(graph.Nodes, found => found.Id == $"version:{version.Reference}");
            Assert.Contains(graph.Nodes, found => found.Id == "deployment:live");
            Assert.DoesNotContain(graph.Nodes, found => found.Kind == LineageKind.Approval);
        }

        var up = await WalkAsync("live", LineageDirection.Up);
        Assert.Equal(["deployment:live"], up.Roots);
        Assert.Contains(up.Nodes, found => found.Id == $"dataset:rides@{Digest}");
    }

    [Fact]
    public async Task When_a_run_has_been_purged_its_data_and_code_are_still_known()
    {
        await RecordRunAsync();
        var version = await AddAsync("1", Run);
        await Host.Get<Database>().WriteAsync(transaction => transaction.ExecuteAsync("delete from run_tags"), Cancel);
        await Host.Get<Database>().WriteAsync(transaction => transaction.ExecuteAsync("delete from runs"), Cancel);

        var graph = await WalkAsync(version.Reference.ToString(), LineageDirection.Up);

        var run = Node(graph, $"run:{Run}");
        Assert.True(run.IsGone);
        Assert.Equal("not here any more", run.Detail);
        Assert.Contains($"dataset:rides@{Digest} > version:{version.Reference}: trained", Edges(graph));
        Assert.Contains($"commit:{Commit}+dirty > version:{version.Reference}: code of", Edges(graph));
        Assert.Contains((await WalkAsync($"commit:{Commit}", LineageDirection.Down)).Nodes, node => node.Id == $"version:{version.Reference}");
    }

    [Fact]
    public async Task A_walk_ends_whatever_the_edges_say_and_says_where_it_was_cut()
    {
        _source.Edges = step => step.Nodes.Select(node => new LineageEdge(node, ScriptedSource.File(node.Name == "a" ? "b" : "a"), "makes"));
        var circle = await WalkAsync("file:a", LineageDirection.Down);
        Assert.Equal(["file:a", "file:b"], circle.Nodes.Select(node => node.Id));
        Assert.Equal((2, null), (circle.Edges.Count, circle.Cut));

        _source.Edges = step => step.Nodes.Select(node => new LineageEdge(node, ScriptedSource.File(node.Name + "'"), "makes"));
        var chain = await WalkAsync("file:a", LineageDirection.Down);
        Assert.Equal((LineageQuery.MaxDepth + 1, "There is more than 20 steps away."), (chain.Nodes.Count, chain.Cut));
        Assert.Equal("There is more than 1 step away.", (await WalkAsync("file:a", LineageDirection.Down, 1)).Cut);

        var steps = _source.Steps;
        _source.Edges = step => step.Nodes.SelectMany(node => Enumerable.Range(0, 400).Select(i => new LineageEdge(node, ScriptedSource.File(string.Create(CultureInfo.InvariantCulture, $"{node.Name}.{i}")), "makes")));
        var fan = await WalkAsync("file:a", LineageDirection.Down);
        Assert.Equal(LineageQuery.MaxNodes, fan.Nodes.Count);
        Assert.StartsWith("There is more: these are the first 1,000 nodes.", fan.Cut, StringComparison.Ordinal);
        Assert.InRange(_source.Steps - steps, 2, LineageQuery.MaxDepth + 1);
    }

    [Theory]
    [InlineData("nothing", ErrorKind.NotFound, "Nothing is known of 'nothing'. Write a file (data/rides.csv, or file:PATH@DIGEST), dataset:NAME@DIGEST")]
    [InlineData("churn", ErrorKind.InvalidInput, "'churn' may be version:churn@1.0.1, version:churn@1.0.0. Write one of them.")]
    [InlineData("version:churn@9.9.9", ErrorKind.NotFound, "Nothing is known of 'version:churn@9.9.9'.")]
    [InlineData(" ", ErrorKind.InvalidInput, "The node has 0 characters")]
    public async Task A_name_that_is_nothing_or_several_things_gets_one_sentence(string node, ErrorKind kind, string sentence)
    {
        await AddAsync("1", null);
        await AddAsync("2", null);

        var error = await Assert.ThrowsAsync<SlipwayException>(() => WalkAsync(node));

        Assert.Equal(kind, error.Kind);
        Assert.StartsWith(sentence, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_route_answers_nodes_and_edges_and_refuses_another_direction()
    {
        var version = await AddAsync("1", null);

        var (status, graph) = await Host.GetAsync($"/api/v1/lineage?node={Uri.EscapeDataString(version.Reference.ToString())}&direction=up&depth=1", Cancel);

        Assert.Equal((200, "version", 0), (status, graph.GetProperty("nodes")[0].GetProperty("kind").GetString(), graph.GetProperty("nodes")[0].GetProperty("level").GetInt32()));
        Assert.True(graph.GetProperty("edges").GetArrayLength() > 2);
        Assert.Equal(400, (await Host.GetAsync("/api/v1/lineage?node=churn@1.0.0&direction=sideways", Cancel)).Status);
        Assert.Equal(400, (await Host.GetAsync("/api/v1/lineage?node=churn@1.0.0&depth=21", Cancel)).Status);
        Assert.Equal(404, (await Host.GetAsync("/api/v1/lineage?node=churn@7.0.0", Cancel)).Status);
    }

    private static LineageGraphNode Node(LineageGraph graph, string id) => Assert.Single(graph.Nodes, node => node.Id == id);

    private static IEnumerable<string> Edges(LineageGraph graph) => graph.Edges.Select(edge => $"{edge.From} > {edge.To}: {edge.What}");

    private Task<LineageGraph> WalkAsync(string node, LineageDirection? direction = null, int depth = LineageQuery.MaxDepth) =>
        Host.Get<ILineage>().WalkAsync(new LineageQuery(node) { Direction = direction, Depth = depth }, Cancel);

    private async Task<ModelVersion> AddAsync(string answer, string? run)
    {
        var described = await Host.DescribeAsync("churn", answer, Cancel);
        var lineage = run is null ? described.Lineage with { RunId = null } : described.Lineage with { DatasetDigest = Digest, Commit = $"{Commit}+dirty", RunId = run };
        var version = (await Host.Registry.RegisterAsync(described with { Lineage = lineage }, ReleaseHost.Alice, Cancel)).Version;
        await Host.Registry.ValidateAsync(version.Reference, "[]", ReleaseHost.Alice, Cancel);
        return await Host.ApproveAsync(version.Reference, Cancel);
    }

    private Task<int> RecordRunAsync() => Host.Get<Database>().WriteAsync(
        async transaction =>
        {
            var tags = new Dictionary<string, string>
            {
                ["slipway.dataset.name"] = "rides",
                ["slipway.dataset.digest"] = Digest,
                ["mlflow.source.git.commit"] = Commit,
                ["slipway.git.dirty"] = "true",
            };
            await Host.Get<IRunRecorder>().BeginAsync(transaction, new RecordedRun(Run, "churn", "train-1", "alice", DateTimeOffset.UnixEpoch) { Values = new RecordedValues { Tags = tags } });
            return 0;
        },
        Cancel);
}

public sealed class LineageOnSqliteTests() : LineageTests(postgreSql: false);

public sealed class LineageOnPostgreSqlTests() : LineageTests(postgreSql: true);
