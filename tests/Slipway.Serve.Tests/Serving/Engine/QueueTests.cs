using Slipway.Core.Errors;

namespace Slipway.Serve.Tests.Serving.Engine;

public sealed class QueueTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_call_whose_time_is_over_in_the_queue_is_told_so_and_never_run()
    {
        var rig = new RunnerRig(RunnerRig.OneAtATime with { Timeout = TimeSpan.FromMilliseconds(100) });
        var standing = await rig.OccupyAsync(Cancel);
        var (usual, hasty) = (rig.RunAsync(1, Cancel), rig.RunAsync(2, Cancel, timeout: TimeSpan.FromMilliseconds(50)));

        rig.Time.Advance(TimeSpan.FromMilliseconds(50));
        var first = await Assert.ThrowsAsync<SlipwayException>(() => hasty);
        Assert.Equal(1, rig.Runner.Waiting);
        rig.Time.Advance(TimeSpan.FromMilliseconds(50));
        var second = await Assert.ThrowsAsync<SlipwayException>(() => usual);
        rig.Model.Open();
        await standing;

        Assert.Equal((ErrorKind.Timeout, ErrorKind.Timeout), (first.Kind, second.Kind));
        Assert.Equal("m did not come to this request within 50 ms, so it was not run. Allow it more time (timeout), or try again later.", first.Message);
        Assert.Equal(2, rig.Runner.TimedOut);
        Assert.Equal([[0]], rig.Model.Runs);
    }

    [Fact]
    public async Task A_caller_cannot_wait_longer_than_the_deployment_allows()
    {
        var rig = new RunnerRig(RunnerRig.OneAtATime with { Timeout = TimeSpan.FromMilliseconds(100) });
        var standing = await rig.OccupyAsync(Cancel);
        var patient = rig.RunAsync(1, Cancel, timeout: TimeSpan.FromHours(1));

        rig.Time.Advance(TimeSpan.FromMilliseconds(100));

        await Assert.ThrowsAsync<SlipwayException>(() => patient);
        rig.Model.Open();
        await standing;
    }

    [Fact]
    public async Task Where_nobody_says_how_long_a_call_waits_two_seconds_and_is_asked_to_come_again()
    {
        var rig = new RunnerRig(RunnerRig.OneAtATime);
        var standing = await rig.OccupyAsync(Cancel);
        var waiting = rig.RunAsync(1, Cancel);

        rig.Time.Advance(TimeSpan.FromSeconds(1.999));
        Assert.Equal(1, rig.Runner.Waiting);
        rig.Time.Advance(TimeSpan.FromMilliseconds(1));
        var error = await Assert.ThrowsAsync<SlipwayException>(() => waiting);

        Assert.Equal(ErrorKind.Unavailable, error.Kind);
        Assert.NotNull(error.RetryAfter);
        rig.Model.Open();
        await standing;
    }

    [Fact]
    public async Task A_call_that_would_wait_too_long_is_refused_at_once_with_the_time_to_come_again()
    {
        var rig = new RunnerRig(RunnerRig.OneAtATime with { Timeout = TimeSpan.FromSeconds(3), MaxBatch = 1 });

        // A second a row.
        rig.Runner.Learn(1, rig.Time.TimestampFrequency);
        var standing = await rig.OccupyAsync(Cancel);
        Task<Ran>[] waiting = [.. Enumerable.Range(1, 4).Select(a => rig.RunAsync(a, Cancel))];

        var error = await Assert.ThrowsAsync<SlipwayException>(() => rig.RunAsync(5, Cancel));

        Assert.Equal((ErrorKind.Unavailable, TimeSpan.FromSeconds(4)), (error.Kind, error.RetryAfter));
        Assert.Equal("m is busy: this request would wait longer than the 3 s that it may. Try again later.", error.Message);
        Assert.Equal((1, 4), (rig.Runner.Refused, rig.Runner.Waiting));
        rig.Model.Open();
        await Task.WhenAll([standing, .. waiting]);
    }

    [Fact]
    public async Task A_full_queue_refuses_at_once()
    {
        var rig = new RunnerRig(RunnerRig.OneAtATime with { MaxQueue = 2 });
        var standing = await rig.OccupyAsync(Cancel);
        Task<Ran>[] waiting = [rig.RunAsync(1, Cancel), rig.RunAsync(2, Cancel)];

        var error = await Assert.ThrowsAsync<SlipwayException>(() => rig.RunAsync(3, Cancel));

        Assert.Equal(ErrorKind.Unavailable, error.Kind);
        Assert.Equal("m is busy: 2 requests wait already, and no more may (serve.batching.queue). Try again later.", error.Message);
        rig.Model.Open();
        await Task.WhenAll([standing, .. waiting]);
        Assert.True(rig.RunAsync(3, Cancel).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_caller_who_leaves_takes_the_call_out_of_the_queue()
    {
        var rig = new RunnerRig(RunnerRig.OneAtATime);
        var standing = await rig.OccupyAsync(Cancel);
        using var left = new CancellationTokenSource();
        var (gone, stays) = (rig.RunAsync(1, left.Token), rig.RunAsync(2, Cancel));

        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        Assert.Equal(1, rig.Runner.Waiting);
        rig.Model.Open();
        await Task.WhenAll(standing, stays);
        Assert.Equal([[0], [2]], rig.Model.Runs);
    }

    [Fact]
    public async Task A_caller_who_leaves_while_the_batch_runs_is_kept_until_its_end_so_that_nothing_of_the_call_is_used_again_too_early()
    {
        var rig = new RunnerRig(RunnerRig.OneAtATime);
        var standing = await rig.OccupyAsync(Cancel);
        using var left = new CancellationTokenSource();
        var (leaves, stays) = (rig.RunAsync(1, left.Token), rig.RunAsync(2, Cancel));
        rig.Model.LetThrough(1);
        await standing;
        await rig.Model.EnteredAsync(Cancel);

        await left.CancelAsync();
        Assert.False(leaves.IsCompleted, "It was let go while its rows were in a run.");
        rig.Model.Open();

        await stays;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaves);
        Assert.Equal([[0], [1, 2]], rig.Model.Runs);
    }

    [Fact]
    public async Task A_retired_model_lives_until_the_last_call_that_waits_for_it_is_answered()
    {
        var rig = new RunnerRig(RunnerRig.OneAtATime);
        var standing = await rig.OccupyAsync(Cancel);
        var waiting = rig.RunAsync(1, Cancel);

        rig.Loaded.Retire();
        Assert.False(rig.Model.IsDisposed, "It was disposed under a run.");
        rig.Model.Open();
        await Task.WhenAll(standing, waiting);

        Assert.True(rig.Model.IsDisposed, "It stayed in memory.");
    }

    [Fact]
    public async Task Changed_settings_hold_for_those_who_wait_already()
    {
        var rig = new RunnerRig(RunnerRig.OneAtATime with { MaxDelay = TimeSpan.FromSeconds(1) });
        var waiting = rig.RunAsync(1, Cancel);
        Assert.Equal(1, rig.Runner.Waiting);

        rig.Runner.Apply(RunnerRig.OneAtATime);

        await waiting;
        Assert.True(rig.RunAsync(2, Cancel).IsCompletedSuccessfully, "The delay still holds.");
    }

    [Fact]
    public async Task The_time_in_the_queue_is_the_queues_and_not_the_runs()
    {
        var rig = new RunnerRig(RunnerRig.OneAtATime);
        var standing = await rig.OccupyAsync(Cancel);
        var call = rig.Call([1]);
        call.Parsed();
        var waiting = rig.RunAsync(call, Cancel);

        rig.Time.Advance(TimeSpan.FromSeconds(1));
        rig.Model.Open();
        await standing;

        Assert.Equal(rig.Time.TimestampFrequency, (await waiting).Queue);
    }
}
