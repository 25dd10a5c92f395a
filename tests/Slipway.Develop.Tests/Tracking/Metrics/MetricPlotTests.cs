using System.Globalization;
using CsCheck;
using Dapper;
using Slipway.Tracking.Metrics;
using Slipway.Tracking.Migrations;

namespace Slipway.Develop.Tests.Tracking.Metrics;

/// <summary>Roll-ups are as if they had been made of all points, whatever came and in whatever order.</summary>
public abstract class MetricPlotTests(TrackingServer server)
{
    private static readonly int[] Counts = [1, 7, 100];

    private static readonly double[] Odd = [double.NaN, double.PositiveInfinity, double.NegativeInfinity];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // Steps up to a few, so that many points share one, up to some thousands, and over all of 64 bits.
    [Theory]
    [InlineData(0, 3)]
    [InlineData(-40, 40)]
    [InlineData(0, 5000)]
    [InlineData(long.MinValue, long.MaxValue)]
    public async Task Each_part_has_the_lowest_and_the_highest_of_all_its_points(long from, long to)
    {
        var value = Gen.Frequency((8, Gen.Double[-100, 100].Select(v => Math.Round(v, 1))), (1, Gen.Int[0, Odd.Length - 1].Select(i => Odd[i])));
        var point = Gen.Select(Gen.Long[from, to], Gen.Long[0, 3], value, (step, time, v) => new BlockPoint(step, time, v));
        await Gen.Select(point.Array[900, 2500], Gen.Int[1, 60], Gen.Int[0, 2].Select(i => Counts[i])).SampleAsync(
            async (points, batch, parts) =>
            {
                var run = await server.Client.CreateRunAsync();
                await LogAsync(run, points, batch);

                var (blocks, rolled, read) = await server.Database.ReadAsync(
                    async connection =>
                    {
                        var history = await OpenAsync(connection, run);
                        return (await history.ReadBlocksAsync(), await MetricPlot.ReadAsync(history, parts, few: 0), await MetricPlot.ReadAsync(history, parts));
                    },
                    Cancel);

                var sorted = points.Distinct().Where(p => blocks.Any(b => b.First <= p.Step && p.Step <= b.Last)).Count();
                Assert.True(blocks.Sum(block => block.Count) <= sorted);
                Assert.True(blocks.Zip(blocks.Skip(1)).All(pair => pair.First.Last < pair.Second.First));
                Assert.All(blocks, block => Assert.True(block.Count < 2 * MetricBlocks.Size || block.First == block.Last));
                foreach (var plot in new[] { rolled, read })
                {
                    var left = points.ToHashSet();
                    foreach (var part in plot.Parts)
                    {
                        var inside = left.Where(p => part.First <= p.Step && p.Step <= part.Last).ToList();
                        Assert.Equal(Of(inside), Said(part));
                        left.ExceptWith(inside);
                    }

                    Assert.Empty(left);
                    Assert.True(plot.Parts.Count() <= parts);
                }
            },
            iter: 6,
            threads: 1);
    }

    [Fact]
    public async Task What_was_there_before_is_rolled_up_as_if_it_came_now()
    {
        var run = await server.Client.CreateRunAsync();
        var points = Enumerable.Range(0, 3000).Select(i => new BlockPoint(i / 3 % 700, i % 5, i % 11 == 0 ? double.NaN : i * 37 % 101)).ToArray();
        await LogAsync(run, points, 100);

        // All of them are sorted in with this.
        await LogAsync(run, [.. Enumerable.Repeat(points[0], 32)], 1);
        await server.Database.WriteAsync(transaction => transaction.ExecuteAsync("delete from metric_blocks"), Cancel);
        await server.Database.WriteAsync(transaction => transaction.ExecuteAsync(M2026113070_MetricBlocks.Existing), Cancel);

        var blocks = await server.Database.ReadAsync(async connection => await (await OpenAsync(connection, run)).ReadBlocksAsync(), Cancel);
        Assert.InRange(blocks.Count, 5, 30);
        Assert.Equal(points.Distinct().Count(), blocks.Sum(block => block.Count));
        Assert.All(blocks, block => Assert.Equal(Of([.. points.Where(p => block.First <= p.Step && p.Step <= block.Last)]), Said(block)));
    }

    // Cutting reads a block's points: one that is cut with each point that comes would cost the more the longer a run goes on.
    [Fact]
    public async Task A_step_of_very_many_points_is_a_block_by_itself()
    {
        var run = await server.Client.CreateRunAsync();
        await LogAsync(run, [.. Enumerable.Range(0, 640).Select(i => new BlockPoint(i < 40 ? 0 : 1, i, i))], 10);

        var blocks = await server.Database.ReadAsync(async connection => await (await OpenAsync(connection, run)).ReadBlocksAsync(), Cancel);

        Assert.Equal([(0, 0), (1, 1)], blocks.Select(block => (block.First, block.Last)));
    }

    [Fact]
    public async Task A_curve_keeps_the_peaks_the_ends_and_the_gaps_of_a_long_history()
    {
        var run = await server.Client.CreateRunAsync();
        await LogAsync(run, [.. Enumerable.Range(0, 20_000).Select(i => new BlockPoint(i, 1, i switch { 777 => 1e6, 15_555 => -1e6, 9_999 => double.NaN, _ => i % 2 }))], 1000);

        var curve = await server.Reader.ReadCurveAsync(run, "m", 100, Cancel);

        Assert.True(curve.IsThinned);
        Assert.InRange(curve.Values.Count, 90, 100);
        Assert.Equal((0, 19_999), (curve.Values[0].Step, curve.Values[^1].Step));
        Assert.Equal([777, 9_999, 15_555], curve.Values.Where(v => double.IsNaN(v.Value) || Math.Abs(v.Value) > 1).Select(v => v.Step));
        Assert.Equal(curve.Values.OrderBy(v => v.Step), curve.Values);
    }

    [Fact]
    public async Task A_curve_of_many_NaN_is_no_longer_than_asked()
    {
        var run = await server.Client.CreateRunAsync();
        await LogAsync(run, [.. Enumerable.Range(0, 2000).Select(i => new BlockPoint(i, 1, i % 3 == 0 ? double.NaN : i))], 1000);

        Assert.InRange((await server.Reader.ReadCurveAsync(run, "m", 50, Cancel)).Values.Count, 40, 50);
        Assert.InRange((await server.Reader.ReadCurveAsync(run, "m", 5, Cancel)).Values.Count, 3, 5);
    }

    private static (double?, double?, double?) Said(MetricBlock block) => (block.Low?.Value, block.High?.Value, block.NaN?.Value);

    private static (double?, double?, double?) Of(IReadOnlyList<BlockPoint> points)
    {
        var numbers = points.Select(p => p.Value).Where(v => !double.IsNaN(v)).ToList();
        return (numbers.Count > 0 ? numbers.Min() : null, numbers.Count > 0 ? numbers.Max() : null, points.Any(p => double.IsNaN(p.Value)) ? double.NaN : null);
    }

    private static async Task<MetricHistory> OpenAsync(System.Data.Common.DbConnection connection, string run) =>
        await MetricHistory.OpenAsync(connection, await connection.QuerySingleAsync<long>("select id from runs where run_id = @run", new { run }), "m");

    private async Task LogAsync(string run, BlockPoint[] points, int batch)
    {
        foreach (var part in points.Chunk(batch))
        {
            await server.Client.PostAsync(
                "runs/log-batch", new { run_id = run, metrics = part.Select(p => new { key = "m", value = p.Value.ToString(CultureInfo.InvariantCulture), timestamp = p.Timestamp, step = p.Step }) });
        }
    }
}

public sealed class MetricPlotOnSqliteTests(TrackingServer server) : MetricPlotTests(server), IClassFixture<TrackingServer>;

public sealed class MetricPlotOnPostgreSqlTests(PostgreSqlTrackingServer server) : MetricPlotTests(server), IClassFixture<PostgreSqlTrackingServer>;
