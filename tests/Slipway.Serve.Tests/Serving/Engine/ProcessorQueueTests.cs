using Slipway.Core.Errors;
using Slipway.Serving;
using Slipway.Serving.Engine;

namespace Slipway.Serve.Tests.Serving.Engine;

public sealed class ProcessorQueueTests
{
    private static readonly ServeSettings ThreeSeconds = RunnerRig.OneAtATime with { Timeout = TimeSpan.FromSeconds(3) };

    private readonly List<InferenceCall> _calls = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task As_many_go_on_as_there_are_processors_and_the_others_in_the_order_in_which_they_came()
    {
        var rig = new RunnerRig(ThreeSeconds);
        var queue = new ProcessorQueue(2, rig.Time);
        var (first, second) = (Enter(rig, queue), Enter(rig, queue));
        var (third, fourth) = (Enter(rig, queue), Enter(rig, queue));
        Assert.Equal((true, true, 2), (first.IsCompleted, second.IsCompleted, queue.Waiting));

        _calls[1].EndTurn();
        await third;
        Assert.Equal((false, 1), (fourth.IsCompleted, queue.Waiting));

        // Giving back twice gives one.
        _calls[1].EndTurn();
        Assert.Equal(1, queue.Waiting);

        // Whatever happens to a call, its end gives the processor back.
        _calls[0].Dispose();
        await fourth;
        _calls[2].EndTurn();
        _calls[3].EndTurn();
        Assert.True(Enter(rig, queue).IsCompleted);
    }

    [Fact]
    public async Task Who_would_wait_too_long_is_refused_at_once_by_how_quickly_those_before_it_go()
    {
        var rig = new RunnerRig(ThreeSeconds);
        var queue = new ProcessorQueue(1, rig.Time);
        List<Task> turns = [.. Enumerable.Range(0, 6).Select(_ => Enter(rig, queue))];

        // A second each; before one has gone nobody knows.
        for (var i = 0; i < 3; i++)
        {
            _calls[i].EndTurn();
            await turns[i + 1];
            rig.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal((2, TimeSpan.FromSeconds(2)), (queue.Waiting, queue.Expected));
        turns.Add(Enter(rig, queue));
        turns.Add(Enter(rig, queue));
        var error = await Assert.ThrowsAsync<SlipwayException>(() => Enter(rig, queue));

        Assert.Equal((ErrorKind.Unavailable, TimeSpan.FromSeconds(4), 1), (error.Kind, error.RetryAfter, rig.Runner.Refused));
        Assert.Equal("m is busy: this request would wait longer than the 3 s that it may. Try again later.", error.Message);
    }

    [Fact]
    public async Task Time_in_which_nobody_waits_is_not_the_works()
    {
        var rig = new RunnerRig(ThreeSeconds);
        var queue = new ProcessorQueue(1, rig.Time);
        for (var i = 0; i < 4; i++)
        {
            await Enter(rig, queue);
            rig.Time.Advance(TimeSpan.FromMinutes(1));
            _calls[i].EndTurn();
        }

        await Enter(rig, queue);
        var waiting = Enter(rig, queue);

        Assert.Equal((1, TimeSpan.Zero), (queue.Waiting, queue.Expected));
        _calls[4].EndTurn();
        await waiting;
    }

    [Fact]
    public async Task Who_has_waited_too_long_is_told_so_when_its_turn_comes_and_the_next_goes_on()
    {
        var rig = new RunnerRig(ThreeSeconds);
        var queue = new ProcessorQueue(1, rig.Time);
        await Enter(rig, queue);
        var late = Enter(rig, queue);
        rig.Time.Advance(TimeSpan.FromSeconds(2));
        var inTime = Enter(rig, queue);
        rig.Time.Advance(TimeSpan.FromSeconds(1.5));

        _calls[0].EndTurn();
        var error = await Assert.ThrowsAsync<SlipwayException>(() => late);
        await inTime;

        Assert.Equal((ErrorKind.Timeout, 1), (error.Kind, rig.Runner.TimedOut));
        Assert.Equal("m did not come to this request within 3 s, so it was not run. Allow it more time (timeout), or try again later.", error.Message);
    }

    [Fact]
    public async Task Who_has_left_gets_no_processor()
    {
        var rig = new RunnerRig(ThreeSeconds);
        var queue = new ProcessorQueue(1, rig.Time);
        using var left = new CancellationTokenSource();
        await Enter(rig, queue);
        var gone = Enter(rig, queue, left.Token);
        var next = Enter(rig, queue);
        await left.CancelAsync();

        _calls[0].EndTurn();
        await Assert.ThrowsAsync<OperationCanceledException>(() => gone);
        await next;
    }

    [Fact]
    public async Task The_wait_counts_as_the_queues_and_against_what_the_caller_allows()
    {
        var rig = new RunnerRig(ThreeSeconds);
        var queue = new ProcessorQueue(1, rig.Time);
        var before = rig.Call([1]);
        await queue.EnterAsync(before, rig.Runner, Cancel);
        var (patient, hasty) = (rig.Call([2]), rig.Call([3]));
        var (first, second) = (queue.EnterAsync(patient, rig.Runner, Cancel).AsTask(), queue.EnterAsync(hasty, rig.Runner, Cancel).AsTask());
        rig.Time.Advance(TimeSpan.FromSeconds(2));
        before.EndTurn();
        await first;
        patient.EndTurn();
        await second;

        // What the caller allows stands in the body.
        hasty.Timeout = TimeSpan.FromSeconds(1);
        patient.Parsed();
        patient.Taken();

        Assert.Equal((0, 2 * rig.Time.TimestampFrequency), (patient.Timing.Parse, patient.Timing.Queue));
        Assert.Equal(0, (await rig.RunAsync(patient, Cancel)).BatchId);
        var error = await Assert.ThrowsAsync<SlipwayException>(() => rig.RunAsync(hasty, Cancel));
        Assert.Equal("m did not come to this request within 1 s, so it was not run. Allow it more time (timeout), or try again later.", error.Message);
    }

    private Task Enter(RunnerRig rig, ProcessorQueue queue, CancellationToken? cancellationToken = null)
    {
        var call = rig.Call([1]);
        _calls.Add(call);
        try
        {
            return queue.EnterAsync(call, rig.Runner, cancellationToken ?? Cancel).AsTask();
        }
        catch (SlipwayException e)
        {
            return Task.FromException(e);
        }
    }
}
