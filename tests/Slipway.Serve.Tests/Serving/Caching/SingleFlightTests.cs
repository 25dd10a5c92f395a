using Slipway.Core.Errors;
using Slipway.Serving;

namespace Slipway.Serve.Tests.Serving.Caching;

public sealed class SingleFlightTests : IDisposable
{
    private const int Followers = 5;

    private readonly CachedCalls _calls = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _calls.Dispose();

    [Fact]
    public async Task Callers_that_ask_the_same_at_the_same_time_share_one_run()
    {
        var (leader, followers) = await HoldAsync();

        _calls.Model.Let(1);
        var answers = await Task.WhenAll([leader, .. followers]);

        Assert.Equal(1, _calls.Model.Runs);
        Assert.Equal([false, .. Enumerable.Repeat(true, Followers)], answers.Select(a => a.FromCache));
        Assert.All(answers, a => Assert.Equal(1, a.Outputs[0].Values<double>()[0]));
        Assert.All(answers[1..], a => Assert.Equal(0, a.Timing.Run));
    }

    [Fact]
    public async Task Callers_that_ask_something_else_do_not_wait()
    {
        var (leader, _) = await HoldAsync();

        _calls.Model.Held = false;
        Assert.Equal(2, (await _calls.ScoreAsync(Cancel, 2)).Outputs[0].Values<double>()[0]);

        Assert.False(leader.IsCompleted);
        _calls.Model.Let(1);
        await leader;
    }

    [Fact]
    public async Task The_failure_of_the_first_is_not_that_of_the_others()
    {
        _calls.Model.Failures.Enqueue(new SlipwayException(ErrorKind.Failed, "Out of luck."));
        var (leader, followers) = await HoldAsync();

        _calls.Model.Let(1 + Followers);
        var failure = await Assert.ThrowsAsync<SlipwayException>(() => leader);
        var answers = await Task.WhenAll(followers);

        Assert.Equal("Out of luck.", failure.Message);
        Assert.Equal(1 + Followers, _calls.Model.Runs);
        Assert.All(answers, a => Assert.Equal((false, 1.0), (a.FromCache, a.Outputs[0].Values<double>()[0])));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task When_the_first_leaves_one_other_takes_its_place_and_the_rest_wait_for_that(bool left)
    {
        _calls.Model.Failures.Enqueue(left ? new OperationCanceledException() : new SlipwayException(ErrorKind.Timeout, "Too late."));
        var (leader, followers) = await HoldAsync();

        _calls.Model.Let(2);
        await Assert.ThrowsAnyAsync<Exception>(() => leader);
        var answers = await Task.WhenAll(followers);

        Assert.Equal(2, _calls.Model.Runs);
        Assert.Single(answers, a => !a.FromCache);
        Assert.All(answers, a => Assert.Equal(1, a.Outputs[0].Values<double>()[0]));
    }

    [Fact]
    public async Task A_failed_run_leaves_nothing_behind()
    {
        _calls.Model.Failures.Enqueue(new SlipwayException(ErrorKind.Failed, "Out of luck."));

        await Assert.ThrowsAsync<SlipwayException>(() => _calls.ScoreAsync(Cancel, 1));

        Assert.Equal(0, _calls.Cache.Read().Answers);
        Assert.False((await _calls.ScoreAsync(Cancel, 1)).FromCache);
        Assert.True((await _calls.ScoreAsync(Cancel, 1)).FromCache);
    }

    [Fact]
    public async Task Who_waits_can_leave()
    {
        var (leader, _) = await HoldAsync();
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var follower = _calls.ScoreAsync(_calls.Call([1]), leaving.Token);

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => follower);
        Assert.False(leader.IsCompleted);
        _calls.Model.Let(1);
        await leader;
    }

    [Fact]
    public async Task Who_waits_keeps_its_own_deadline()
    {
        var (leader, followers) = await HoldAsync();
        var call = _calls.Call([1]);
        call.Timeout = TimeSpan.FromMilliseconds(50);
        var hurried = _calls.ScoreAsync(call, Cancel);

        _calls.Time.Advance(TimeSpan.FromMilliseconds(50));
        var late = await Assert.ThrowsAsync<SlipwayException>(() => hurried);
        _calls.Model.Let(1);
        await Task.WhenAll([leader, .. followers]);

        Assert.Equal(ErrorKind.Timeout, late.Kind);
        Assert.Contains("waited 50 ms", late.Message, StringComparison.Ordinal);
    }

    // One caller in the midst of its run, and others that wait for it.
    private async Task<(Task<InferenceCall> Leader, Task<InferenceCall>[] Followers)> HoldAsync()
    {
        _calls.Model.Held = true;
        var leader = Task.Run(() => _calls.ScoreAsync(Cancel, 1), Cancel);
        await _calls.Model.EnteredAsync(Cancel);

        // Asking runs on this thread until it waits.
        var followers = Enumerable.Range(0, Followers).Select(_ => _calls.ScoreAsync(Cancel, 1)).ToArray();
        Assert.All(followers, f => Assert.False(f.IsCompleted));
        return (leader, followers);
    }
}
