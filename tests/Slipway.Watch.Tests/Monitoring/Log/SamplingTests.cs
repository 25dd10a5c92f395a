using System.Globalization;
using Slipway.Core.Projects;
using Slipway.Monitoring.Log;
using Slipway.Monitoring.Log.Rules;
using Slipway.Watch.Tests.Monitoring.Watching;

namespace Slipway.Watch.Tests.Monitoring.Log;

/// <summary>A share of the answers is recorded: the same ids whoever asks, and no failure less.</summary>
public sealed class SamplingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0.001)]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.99)]
    public void The_sample_is_as_large_as_its_share(double share)
    {
        const int Ids = 100_000;
        var sample = new SampledIds(share);

        // Numbers that follow each other and random ids alike, within five standard deviations.
        var reach = 5 * Math.Sqrt(Ids * share * (1 - share));
        Assert.InRange(Enumerable.Range(0, Ids).Count(i => sample.Contains(i.ToString(CultureInfo.InvariantCulture))), (Ids * share) - reach, (Ids * share) + reach);
        Assert.InRange(Enumerable.Range(0, Ids).Count(i => sample.Contains(Guid.CreateVersion7())), (Ids * share) - reach, (Ids * share) + reach);
    }

    [Fact]
    public void An_id_that_is_in_stays_in_when_the_share_grows()
    {
        for (var share = 0.0; share < 1; share += 0.1)
        {
            var (smaller, larger) = (new SampledIds(share), new SampledIds(share + 0.1));
            Assert.All(Enumerable.Range(0, 1000).Select(i => $"request-{i}").Where(id => smaller.Contains(id)), id => Assert.True(larger.Contains(id)));
        }

        Assert.All(Enumerable.Range(0, 1000), i => Assert.True(new SampledIds(1).Contains($"request-{i}")));
        Assert.All(Enumerable.Range(0, 1000), i => Assert.False(new SampledIds(0).Contains($"request-{i}")));
    }

    [Fact]
    public void A_generated_id_is_in_as_its_text_is()
    {
        var sample = new SampledIds(0.5);
        Assert.All(Enumerable.Range(0, 1000).Select(_ => Guid.CreateVersion7()), id => Assert.Equal(sample.Contains(id.ToString()), sample.Contains(id)));
    }

    [Fact]
    public void Rows_are_left_out_with_their_request_and_an_id_that_may_be_a_request_is_not_said_to_be()
    {
        var sample = new SampledIds(0.5);
        var ids = Enumerable.Range(0, 1000).Select(i => $"order-{i}").ToArray();

        Assert.All(ids.Where(id => sample.Contains(id)), id => Assert.False(sample.LeavesOut($"{id}/3")));
        Assert.All(ids.Where(id => sample.Contains($"{id}/3")), id => Assert.False(sample.LeavesOut($"{id}/3")));
        Assert.All(ids.Where(id => !sample.Contains(id) && !sample.Contains($"{id}/3")), id => Assert.True(sample.LeavesOut($"{id}/3")));
        Assert.All(ids, id => Assert.Equal(!sample.Contains(id), sample.LeavesOut(id)));
    }

    [Fact]
    public async Task What_is_recorded_is_the_same_in_any_order_and_the_rest_is_counted()
    {
        var ids = Enumerable.Range(0, 400).Select(i => $"request-{i}").ToArray();
        var forwards = await RecordAsync("forwards", ids);
        var backwards = await RecordAsync("backwards", [.. ids.Reverse()]);

        Assert.Equal(forwards.Ids.Order(), backwards.Ids.Order());
        Assert.Equal(ids.Where(id => new SampledIds(0.3).Contains(id)), forwards.Ids);
        Assert.Equal(new PredictionLogFigures(forwards.Ids.Count, 0, 0, 400 - forwards.Ids.Count), forwards.Figures);

        async Task<(List<string> Ids, PredictionLogFigures Figures)> RecordAsync(string folder, string[] order)
        {
            await using var host = await LogHost.StartAsync(Path.Combine(_folder.Path, folder), options: new() { Sample = 0.3 });
            foreach (var id in order)
            {
                Call.Tabular().Record(host, id);
            }

            await host.Log.DrainAsync(Cancel);
            return ([.. host.Consumer.Ids], host.Log.Figures);
        }
    }

    [Fact]
    public async Task Every_failure_is_recorded_and_an_answer_says_what_share_was()
    {
        await using var host = await LogHost.StartAsync(_folder.Path, options: new() { Sample = 0.01 });
        for (var i = 0; i < 300; i++)
        {
            new Call { Failed = i % 3 == 0 }.Record(host, $"request-{i}");
        }

        await host.Log.DrainAsync(Cancel);

        Assert.Equal(100, host.Consumer.Batches.Sum(batch => batch.Failed.Count(failed => failed)));
        Assert.All(host.Consumer.Batches, batch => Assert.Equal(0.01, batch.Source.Share));
    }

    [Fact]
    public async Task The_calls_that_a_rollout_compares_are_recorded_all()
    {
        await using var host = await LogHost.StartAsync(_folder.Path, options: new() { Sample = 0.01 });
        for (var i = 0; i < 100; i++)
        {
            new Call { Rollout = "r1", Weight = 0.2, Randomised = true, Role = i % 5 == 0 ? "candidate" : "stable" }.Record(host, $"request-{i}");

            // A version that was asked for, and one that stands ready at weight 0, tell nothing about the two.
            new Call { Rollout = "r1", Weight = 0.2, Role = "stable" }.Record(host, $"pinned-{i}");
        }

        await host.Log.DrainAsync(Cancel);

        Assert.Equal(100, host.Consumer.Ids.Count(id => id.StartsWith("request", StringComparison.Ordinal)));
        Assert.InRange(host.Consumer.Ids.Count(id => id.StartsWith("pinned", StringComparison.Ordinal)), 0, 10);
        Assert.All(host.Consumer.Batches, batch => Assert.Equal(batch.Ids[0].StartsWith("request", StringComparison.Ordinal) ? 1 : 0.01, batch.Source.Share));
    }

    [Fact]
    public async Task A_share_of_0_records_nothing_not_even_failures()
    {
        await using var host = await LogHost.StartAsync(_folder.Path, options: new() { Sample = 0 });
        Call.Tabular().Record(host, "a");
        new Call { Failed = true }.Record(host, "b");
        new Call { Rollout = "r1", Weight = 0.2, Randomised = true, Rows = 3 }.Record(host, "c");
        await host.Log.DrainAsync(Cancel);

        Assert.Empty(host.Consumer.Batches);
        Assert.Equal(5, host.Log.Figures.SampledOut);
        Assert.Empty(host.Files("bikes", "*"));
    }

    [Fact]
    public async Task A_projects_share_wins_over_the_servers_which_holds_for_all_others()
    {
        var projects = new StatedProjects();
        projects.State("bikes", new LogSection(1, []));
        await using var host = await LogHost.StartAsync(_folder.Path, options: new() { Sample = 0 }, projects: projects);
        Call.Tabular().Record(host, "a");
        Call.Tabular(deployment: "from-a-folder").Record(host, "b");
        await host.Log.DrainAsync(Cancel);
        Assert.Equal(["a"], host.Consumer.Ids);

        projects.State("bikes", new LogSection(0, []));
        await host.Rules.FollowAsync(Cancel);
        Call.Tabular().Record(host, "c");
        await host.Log.DrainAsync(Cancel);
        Assert.Equal(["a"], host.Consumer.Ids);
    }

    [Fact]
    public async Task The_share_is_kept_in_the_chunk_and_in_the_file()
    {
        var saved = new Dictionary<string, LogPosition>();
        var ids = Enumerable.Range(0, 50).Select(i => $"request-{i}").ToArray();
        var killed = await LogHost.StartAsync(_folder.Path, new RecordingConsumer(saved) { Saves = false }, options: new() { Sample = 0.25 });
        Array.ForEach(ids, id => Call.Tabular().Record(killed, id));
        await killed.Log.DrainAsync(Cancel);
        killed.Abandon();

        await using var host = await LogHost.StartAsync(_folder.Path, new RecordingConsumer(saved));
        await host.ConvertAsync();
        var found = await host.Log.FindAsync("bikes", ids, Cancel);

        Assert.Equal(killed.Consumer.Ids, host.Consumer.Ids);
        Assert.All(host.Consumer.Batches, batch => Assert.Equal(0.25, batch.Source.Share));
        Assert.NotEmpty(host.Files("bikes", "*.parquet"));
        Assert.Equal(0.25, Assert.Single(found).Source.Share);
    }
}
