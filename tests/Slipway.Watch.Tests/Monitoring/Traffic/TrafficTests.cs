using System.Globalization;
using System.Net;
using Slipway.Core.Lineages;
using Slipway.Registry.Lineages;
using Slipway.Rollouts.History;
using Slipway.Watch.Tests.Monitoring.Predictions;

namespace Slipway.Watch.Tests.Monitoring.Traffic;

/// <summary>How much each version answered when, of requests that say that they are of the past; and predictions in lineage.</summary>
public sealed class TrafficTests
{
    private static readonly DateTimeOffset Day = new(2011, 6, 3, 0, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_answered_the_requests_of_a_day_is_told_by_their_own_time_beside_the_servers()
    {
        await using var host = await ExplainHost.StartAsync();
        await AskAsync(host, Day.AddHours(9), "a", "b");
        await host.DeployAsync("bikes", host.Second);
        await AskAsync(host, Day.AddDays(2).AddHours(9), "c");
        await SettleAsync(host);
        var history = host.Get<IDeploymentHistory>();

        var moment = await history.AtAsync("bikes", Day.AddHours(9), Cancel);
        Assert.Null(moment.Live);
        Assert.Contains("nothing was live as bikes", moment.Sentence, StringComparison.Ordinal);
        Assert.Contains($"{host.First} (stable) answered 2 predictions", moment.Sentence, StringComparison.Ordinal);
        var answered = Assert.Single(moment.Traffic!.Answered);
        Assert.Equal((host.First.ToString(), "stable", 2L, 1.0), (answered.Version, answered.Role, answered.Predictions, answered.Share));
        Assert.Equal(host.First, Assert.Single(moment.Versions).Version);
        Assert.InRange(moment.Traffic.From, Day, Day.AddHours(9));
        Assert.Null((await history.AtAsync("bikes", Day.AddDays(1), Cancel)).Traffic);

        var page = await history.ListAsync("bikes", new HistoryQuery(10), Cancel);
        Assert.True(page.IsReplay);
        Assert.Equal([(host.Second.ToString(), 1L), (host.First.ToString(), 2L)], page.Traffic.Select(period => (period.Answered[0].Version, period.Answered[0].Predictions)));
        Assert.Single((await history.ListAsync("bikes", new HistoryQuery(1), Cancel)).Traffic);
    }

    [Fact]
    public async Task A_prediction_leads_up_to_its_version_and_a_version_down_to_all_of_its_predictions()
    {
        await using var host = await ExplainHost.StartAsync();
        await AskAsync(host, Day.AddHours(9), "order/7", "b");
        await host.DeployAsync("bikes", host.Second);
        await AskAsync(host, Day.AddHours(10), "c");
        await SettleAsync(host);

        foreach (var name in new[] { "prediction:bikes/order/7", "bikes/order/7", "order/7", "prediction:order/7" })
        {
            var up = await WalkAsync(host, name, LineageDirection.Up);
            Assert.Equal(["prediction:bikes/order/7"], up.Roots);
            Assert.Contains(up.Edges, edge => edge == new LineageGraphEdge($"version:{host.First}", "prediction:bikes/order/7", "answered"));
        }

        var down = await WalkAsync(host, host.First.ToString(), LineageDirection.Down);
        var predictions = Assert.Single(down.Nodes, node => node.Kind == LineageKind.Predictions);
        Assert.Equal(($"predictions:bikes/{host.First}", "2 predictions in bikes", "2"), (predictions.Id, predictions.Title, predictions.Facts["recorded"]));
        Assert.Equal("predictions/bikes/date=*/hour=*/*.parquet", predictions.Facts["files"]);

        // What the second version answered there did not come of the first; of the deployment it did.
        var of = await WalkAsync(host, "deployment:bikes", LineageDirection.Down);
        Assert.Equal(2, of.Nodes.Count(node => node.Kind == LineageKind.Predictions));
        Assert.Equal([$"version:{host.First}"], (await WalkAsync(host, predictions.Id, LineageDirection.Up)).Edges.Where(edge => edge.To == predictions.Id).Select(edge => edge.From));
    }

    private static Task<LineageGraph> WalkAsync(ExplainHost host, string node, LineageDirection direction) =>
        host.Get<ILineage>().WalkAsync(new LineageQuery(node) { Direction = direction }, Cancel);

    private static async Task AskAsync(ExplainHost host, DateTimeOffset at, params string[] ids)
    {
        foreach (var id in ids)
        {
            await host.AskAsync(id, $$"""{"event_time":"{{at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}}"}""");
        }
    }

    private static Task<System.Text.Json.JsonElement> SettleAsync(ExplainHost host) => host.SendAsync(HttpMethod.Post, "/api/v1/deployments/bikes/outcomes?settle=true", HttpStatusCode.OK, "[]");
}
