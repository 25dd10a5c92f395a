using Slipway.Serving.Engine;

namespace Slipway.Serve.Tests.Serving.Engine;

public sealed class RunCostsTests
{
    [Fact]
    public void The_part_of_a_run_and_the_part_of_its_rows_are_told_apart()
    {
        var costs = new RunCosts();
        for (var i = 0; i < 200; i++)
        {
            var rows = 1 + (i % 8);
            costs.Learn(rows, 4000 + (100 * rows));
        }

        Assert.True(costs.KnowsFixed);
        Assert.Equal(4000, costs.Fixed, 1.0);
        Assert.Equal(4450, costs.Mean, 50.0);
        Assert.Equal(4450 / 4.5, costs.PerRow, 20.0);
    }

    [Fact]
    public void From_runs_of_one_size_nothing_is_known_of_the_parts()
    {
        var costs = new RunCosts();
        for (var i = 0; i < 200; i++)
        {
            costs.Learn(1, 4100);
        }

        Assert.False(costs.KnowsFixed);
        Assert.Equal((0, 4100), (costs.Fixed, Math.Round(costs.Mean)));
    }

    [Fact]
    public void One_run_that_was_interrupted_hardly_counts_and_many_slow_ones_do()
    {
        var costs = new RunCosts();
        for (var i = 0; i < 200; i++)
        {
            costs.Learn(1, 100);
        }

        costs.Learn(1, 1_000_000);
        Assert.True(costs.Mean < 120, $"{costs.Mean}");

        for (var i = 0; i < 1000; i++)
        {
            costs.Learn(1, 2000);
        }

        Assert.Equal(2000, costs.Mean, 20.0);
    }
}
