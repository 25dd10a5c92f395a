using Slipway.Core.Errors;
using Slipway.Serving.Engine;

namespace Slipway.Serve.Tests.Serving.Engine;

public sealed class ManyCallsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(3, 1)]
    public async Task Ten_thousand_calls_that_come_fail_and_leave_at_random_each_get_their_own_answer(int instances, int delay)
    {
        var settings = new ServeSettings
        {
            Instances = instances,
            MaxBatch = 16,
            PreferredSizes = delay > 0 ? [4, 8] : [],
            MaxDelay = TimeSpan.FromMilliseconds(delay),
            MaxQueue = 40,
            Timeout = TimeSpan.FromMinutes(1),
        };
        var rig = new RunnerRig(settings, time: TimeProvider.System) { Pending = 4 };

        // So that calls join, as those of a model with long runs do.
        rig.Runner.Learn(1, TimeProvider.System.TimestampFrequency);

        var counts = await Task.WhenAll(Enumerable.Range(0, 20).Select(worker => Task.Run(() => WorkAsync(rig, new Random(worker), 500), Cancel)));

        Assert.Equal(10_000, counts.Sum(c => c.Answered + c.Failed + c.Left + c.Refused));
        Assert.True(counts.Sum(c => c.Answered) > 5_000, $"Only {counts.Sum(c => c.Answered)} were answered.");
        Assert.True(counts.Sum(c => c.Failed) > 0 && counts.Sum(c => c.Left) > 0, "Nothing went wrong, so nothing was tried.");
        Assert.Equal(counts.Sum(c => c.Refused), rig.Runner.Refused);
        Assert.Contains(rig.Model.Runs, run => run.Length > 1);
        Assert.DoesNotContain(rig.Model.Runs, run => run.Length > 16);
        rig.Loaded.Retire();
        Assert.True(rig.Model.IsDisposed, "A lease was not given back.");
        Assert.Equal(0, rig.Runner.Waiting);
    }

    private static async Task<Counts> WorkAsync(RunnerRig rig, Random random, int calls)
    {
        var counts = new Counts();
        for (var i = 0; i < calls; i += 2)
        {
            // Two of one worker at once, so that calls go back to the pool and are used again while others wait.
            await Task.WhenAll(OneAsync(rig, new Random(random.Next()), counts), OneAsync(rig, new Random(random.Next()), counts));
        }

        return counts;
    }

    private static async Task OneAsync(RunnerRig rig, Random random, Counts counts)
    {
        var a = Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.NextDouble()).ToArray();
        var poisoned = random.Next(50) == 0;
        if (poisoned)
        {
            a[random.Next(a.Length)] = GateModel.Poison;
        }

        using var leaving = new CancellationTokenSource();
        var running = rig.RunAsync(rig.Call(a, matrix: random.Next(4) == 0, priority: random.Next(4)), leaving.Token);
        var leaves = random.Next(5) == 0;
        if (leaves)
        {
            await Task.Yield();
            await leaving.CancelAsync();
        }

        try
        {
            await running;
            Assert.False(poisoned, "A poisoned call was answered.");
            Interlocked.Increment(ref counts.Answered);
        }
        catch (SlipwayException e) when (e.Kind == ErrorKind.InvalidInput)
        {
            Assert.True(poisoned, "A good call failed with its neighbour.");
            Interlocked.Increment(ref counts.Failed);
        }
        catch (SlipwayException e) when (e.Kind == ErrorKind.Unavailable)
        {
            Interlocked.Increment(ref counts.Refused);
        }
        catch (OperationCanceledException)
        {
            Assert.True(leaves, "A call was cancelled that nobody had cancelled.");
            Interlocked.Increment(ref counts.Left);
        }
    }

    private sealed class Counts
    {
        public int Answered;
        public int Failed;
        public int Left;
        public int Refused;
    }
}
