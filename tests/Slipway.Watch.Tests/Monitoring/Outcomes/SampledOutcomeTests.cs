using Slipway.Monitoring.Log.Rules;
using Slipway.Monitoring.Outcomes;

namespace Slipway.Watch.Tests.Monitoring.Outcomes;

/// <summary>Truths of predictions that were not recorded: they wait for nothing, and are not unknown.</summary>
public sealed class SampledOutcomeTests : IAsyncLifetime
{
    private static readonly SampledIds Sample = new(0.5);
    private static readonly string[] Inside = [.. Enumerable.Range(0, 100).Select(i => $"request-{i}").Where(id => Sample.Contains(id)).Take(8)];
    private static readonly string[] Outside = [.. Enumerable.Range(0, 100).Select(i => $"request-{i}").Where(id => !Sample.Contains(id)).Take(8)];

    private WatchHost _host = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await WatchHost.StartAsync(Cancel, new OutcomesOptions { RecentRows = 5 });
        await RecordAsync(0.5);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task They_are_counted_apart_from_those_that_wait_and_those_that_are_unknown()
    {
        Record(Inside[0]);
        await SendAsync(Inside[0], Inside[1], Outside[0], Outside[1]);

        var figures = await _host.FiguresAsync(Cancel);
        Assert.Equal((4, 1, 1, 0, 2), (figures.Received, figures.Joined, figures.Waiting, figures.Unknown, figures.NotSampled));
    }

    [Fact]
    public async Task Rows_of_a_request_are_beside_the_sample_with_it()
    {
        var row = Enumerable.Range(0, 100).Select(i => $"{Outside[0]}/{i}").First(id => !Sample.Contains(id));
        await SendAsync(row, $"{Inside[0]}/0");

        var figures = await _host.FiguresAsync(Cancel);
        Assert.Equal((1, 1), (figures.Waiting, figures.NotSampled));
    }

    [Fact]
    public async Task They_stay_what_they_are_when_sent_again_and_over_a_restart()
    {
        await SendAsync(Outside[0]);
        _host = await _host.KillAsync(Cancel);
        await SendAsync(Outside[0]);

        var figures = await _host.FiguresAsync(Cancel);
        Assert.Equal((2, 1, 1, 0), (figures.Received, figures.Duplicate, figures.NotSampled, figures.Waiting));
    }

    [Fact]
    public async Task What_was_recorded_all_the_same_is_joined()
    {
        // Before the share was lowered, or in a rollout: in memory, and in the log.
        Record([Outside[0], Outside[1]]);
        _host.Log.Finish();
        Record(Inside[..5]);
        Record(Outside[2]);
        await SendAsync(Outside[0], Outside[2]);

        var figures = await _host.FiguresAsync(Cancel);
        Assert.Equal((2, 0), (figures.Joined, figures.NotSampled));
    }

    [Fact]
    public async Task Of_a_rollout_they_wait_until_its_chunk_can_be_searched_and_are_told_apart_when_they_are_given_up()
    {
        _host.Log.Record(new Rows(new Row(Outside[0])) { Rollout = "r1" }.ToBatch(_host.Time.GetUtcNow()));
        Record(Inside[..6]);
        await SendAsync(Outside[0], Outside[1], "request-of-nobody");
        Assert.Equal((3, 0), Waiting(await _host.FiguresAsync(Cancel)));

        _host.Log.Finish();
        _host.Time.Advance(TimeSpan.FromMinutes(1));
        await SettleAsync();
        Assert.Equal(1, (await _host.FiguresAsync(Cancel)).Joined);

        _host.Time.Advance(TimeSpan.FromDays(8));
        await SettleAsync();
        var figures = await _host.FiguresAsync(Cancel);
        var nobody = Sample.LeavesOut("request-of-nobody") ? 1 : 0;
        Assert.Equal((0, 1 - nobody, 1 + nobody), (figures.Waiting, figures.Unknown, figures.NotSampled));
    }

    [Fact]
    public async Task A_log_that_cannot_be_searched_decides_nothing()
    {
        _host.Log.SearchFailure = new IOException("The disk is gone.");
        await SendAsync(Outside[0]);
        Assert.Equal((1, 0), Waiting(await _host.FiguresAsync(Cancel)));
    }

    [Fact]
    public async Task Without_a_log_all_of_them_are()
    {
        await RecordAsync(0);
        await SendAsync(Inside[0], Outside[0]);
        Assert.Equal((0, 2), Waiting(await _host.FiguresAsync(Cancel)));
    }

    private static (long Waiting, long NotSampled) Waiting(Slipway.Monitoring.Watching.OutcomeFigures figures) => (figures.Waiting, figures.NotSampled);

    private Task RecordAsync(double share)
    {
        _host.Releases.Sample = share;
        return _host.Get<RecordingRules>().FollowAsync(Cancel);
    }

    private void Record(params string[] ids) => _host.Log.Record(new Rows([.. ids.Select(id => new Row(id))]).ToBatch(_host.Time.GetUtcNow()));

    private Task<System.Text.Json.JsonElement> SendAsync(params string[] ids) => _host.SendAsync($"[{string.Join(",", ids.Select(id => $$"""{"id":"{{id}}","label":1}"""))}]", Cancel);

    private Task SettleAsync() => _host.Get<IOutcomes>().SettleAsync("bikes", Cancel);
}
