using Slipway.Core.Errors;
using Slipway.Serving.Engine;

namespace Slipway.Serve.Tests.Serving.Engine;

public sealed class BatchingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_call_that_finds_an_instance_idle_runs_on_its_callers_thread()
    {
        var rig = new RunnerRig(RunnerRig.OneAtATime);

        var ran = rig.RunAsync(3, Cancel);

        Assert.True(ran.IsCompletedSuccessfully, "It went to another thread.");
        Assert.Equal([[3]], rig.Model.Runs);
        Assert.Equal((0, 1), ((await ran).BatchId, (await ran).BatchRows));
    }

    [Fact]
    public async Task Calls_that_come_while_the_model_runs_are_run_together_when_it_is_done()
    {
        var rig = new RunnerRig(RunnerRig.OneAtATime);
        var standing = await rig.OccupyAsync(Cancel);
        Task<Ran>[] waiting = [rig.RunAsync(1, Cancel), rig.RunAsync(rig.Call([2, 3]), Cancel), rig.RunAsync(4, Cancel)];
        Assert.Equal(3, rig.Runner.Waiting);

        rig.Model.Open();
        var ran = await Task.WhenAll(waiting);

        Assert.Equal(0, (await standing).BatchId);
        Assert.Equal([[0], [1, 2, 3, 4]], rig.Model.Runs);
        Assert.All(ran, r => Assert.Equal((1, 4), (r.BatchId, r.BatchRows)));
        Assert.Equal(0, rig.Runner.Waiting);
        Assert.Equal((1, 1), (rig.Runner.BatchSizes.Count(0), rig.Runner.BatchSizes.Count(2)));
    }

    [Fact]
    public async Task As_many_runs_as_there_are_instances_are_under_way_at_once()
    {
        var rig = new RunnerRig(new ServeSettings { Instances = 2, MaxBatch = 1 });
        var first = await rig.OccupyAsync(Cancel);
        var second = await rig.OccupyAsync(Cancel);
        var third = rig.RunAsync(1, Cancel);
        Assert.Equal((2, 1), (rig.Runner.Running, rig.Runner.Waiting));

        rig.Model.LetThrough(1);
        await rig.Model.EnteredAsync(Cancel);
        Assert.Equal((2, 0), (rig.Runner.Running, rig.Runner.Waiting));

        rig.Model.Open();
        await Task.WhenAll(first, second, third);
    }

    [Fact]
    public async Task A_matrix_and_columns_are_not_run_together()
    {
        var rig = new RunnerRig(RunnerRig.OneAtATime);
        var standing = await rig.OccupyAsync(Cancel);
        Task<Ran>[] waiting =
            [rig.RunAsync(1, Cancel), rig.RunAsync(rig.Call([10], matrix: true), Cancel), rig.RunAsync(2, Cancel), rig.RunAsync(rig.Call([20, 30], matrix: true), Cancel)];

        rig.Model.Open();
        await Task.WhenAll([standing, .. waiting]);

        Assert.Equal([[0], [1, 2], [10, 20, 30]], rig.Model.Runs);
    }

    [Fact]
    public async Task A_batch_has_no_more_rows_than_it_may_and_one_call_that_has_more_runs_by_itself()
    {
        var rig = new RunnerRig(new ServeSettings { Instances = 1, MaxBatch = 4 });
        var standing = await rig.OccupyAsync(Cancel);
        Task<Ran>[] waiting =
            [rig.RunAsync(1, Cancel), rig.RunAsync(rig.Call([2, 3]), Cancel), rig.RunAsync(rig.Call([4, 5]), Cancel), rig.RunAsync(6, Cancel), rig.RunAsync(rig.Call([7, 8, 9, 10, 11]), Cancel)];

        rig.Model.Open();
        await Task.WhenAll([standing, .. waiting]);

        Assert.Equal([[0], [1, 2, 3, 6], [4, 5], [7, 8, 9, 10, 11]], rig.Model.Runs);
        Assert.Equal(0, (await waiting[4]).BatchId);
    }

    [Fact]
    public async Task With_a_delay_calls_wait_for_more_until_it_is_over_or_the_batch_is_full()
    {
        var rig = new RunnerRig(new ServeSettings { Instances = 1, MaxBatch = 3, MaxDelay = TimeSpan.FromMilliseconds(5) });
        Task<Ran>[] waiting = [rig.RunAsync(1, Cancel), rig.RunAsync(2, Cancel)];
        rig.Time.Advance(TimeSpan.FromMilliseconds(4));
        Assert.Equal(2, rig.Runner.Waiting);
        Assert.Empty(rig.Model.Runs);

        rig.Time.Advance(TimeSpan.FromMilliseconds(1));
        await Task.WhenAll(waiting);
        await Task.WhenAll(rig.RunAsync(3, Cancel), rig.RunAsync(4, Cancel), rig.RunAsync(5, Cancel));

        Assert.Equal([[1, 2], [3, 4, 5]], rig.Model.Runs);
    }

    [Fact]
    public async Task A_preferred_size_is_sent_without_waiting_for_more()
    {
        var rig = new RunnerRig(new ServeSettings { Instances = 1, MaxBatch = 8, PreferredSizes = [2, 4], MaxDelay = TimeSpan.FromMilliseconds(5) });

        await Task.WhenAll(rig.RunAsync(1, Cancel), rig.RunAsync(2, Cancel));
        await rig.Model.EnteredAsync(Cancel);
        rig.Model.Close();
        var standing = rig.RunAsync(rig.Call([0, 0]), Cancel);
        await rig.Model.EnteredAsync(Cancel);
        Task<Ran>[] waiting = [.. Enumerable.Range(1, 7).Select(a => rig.RunAsync(a, Cancel))];
        rig.Model.Open();
        await Task.WhenAll([standing, .. waiting[..6]]);

        // Of seven four go, then two; the seventh waits for more.
        Assert.Equal([[1, 2], [0, 0], [1, 2, 3, 4], [5, 6]], rig.Model.Runs);
        Assert.Equal(1, rig.Runner.Waiting);
        rig.Time.Advance(TimeSpan.FromMilliseconds(5));
        await waiting[6];
    }

    [Fact]
    public async Task More_urgent_calls_go_first_and_one_that_says_nothing_stands_between_1_and_2()
    {
        var rig = new RunnerRig(new ServeSettings { Instances = 1, MaxBatch = 1 });
        var standing = await rig.OccupyAsync(Cancel);
        int[] priorities = [3, 0, 2, 1, 0, 1];
        Task<Ran>[] waiting = [.. priorities.Select((priority, i) => rig.RunAsync((10 * priority) + i, Cancel, priority))];

        rig.Model.Open();
        await Task.WhenAll([standing, .. waiting]);

        Assert.Equal([[0], [13], [15], [1], [4], [22], [30]], rig.Model.Runs);
    }

    [Fact]
    public async Task One_bad_row_fails_its_own_call_and_no_neighbour()
    {
        var rig = new RunnerRig(RunnerRig.OneAtATime);
        var standing = await rig.OccupyAsync(Cancel);
        var (good, bad, other) = (rig.RunAsync(1, Cancel), rig.RunAsync(GateModel.Poison, Cancel), rig.RunAsync(2, Cancel));

        rig.Model.Open();
        await Task.WhenAll(standing, good, other);
        var error = await Assert.ThrowsAsync<SlipwayException>(() => bad);

        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.Equal([[0], [1, GateModel.Poison, 2], [1], [GateModel.Poison], [2]], rig.Model.Runs);
        Assert.Equal((0, 1), ((await good).BatchId, (await good).BatchRows));
    }

    [Fact]
    public async Task A_model_whose_answers_turn_out_to_be_no_rows_is_batched_no_more()
    {
        var model = new GateModel { AnswersOneRow = true };
        var rig = new RunnerRig(RunnerRig.OneAtATime, model);
        for (var round = 0; round < 2; round++)
        {
            var standing = await rig.OccupyAsync(Cancel);
            Task<Ran>[] waiting = [rig.RunAsync(1, Cancel), rig.RunAsync(2, Cancel)];
            model.Open();
            await Task.WhenAll([standing, .. waiting]);
        }

        Assert.Equal([[0], [1, 2], [1], [2], [0], [1], [2]], model.Runs);
    }

    [Fact]
    public async Task While_others_are_about_to_come_a_model_with_long_runs_leaves_them_the_thread()
    {
        var rig = new RunnerRig(RunnerRig.OneAtATime);
        rig.Runner.Learn(1, rig.Time.TimestampFrequency / 100);
        rig.Pending = 3;

        var first = rig.RunAsync(1, Cancel);
        await first;

        rig.Pending = 0;
        Assert.True(rig.RunAsync(2, Cancel).IsCompletedSuccessfully, "Nobody was about to come, and it did not run at once.");
        Assert.Equal(2, rig.Model.Runs.Count);
    }
}
