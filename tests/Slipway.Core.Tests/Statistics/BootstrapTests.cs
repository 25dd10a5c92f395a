using Slipway.Statistics;
using Slipway.Statistics.Quality;

namespace Slipway.Core.Tests.Statistics;

public sealed class BootstrapTests
{
    [Fact]
    public void The_same_call_gives_the_same_interval_and_another_seed_another()
    {
        var values = Normal(seed: 3, 500);

        var first = Bootstrap.Percentile(500, Mean(values));

        Assert.Equal(first, Bootstrap.Percentile(500, Mean(values)));
        Assert.NotEqual(first, Bootstrap.Percentile(500, Mean(values), seed: 2));
    }

    [Fact]
    public void The_interval_of_a_mean_is_that_of_the_normal_distribution()
    {
        var values = Normal(seed: 4, 2000);
        var mean = values.Average();
        var error = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / values.Length / values.Length);

        var interval = Bootstrap.Percentile(values.Length, Mean(values), samples: 4000)!;

        // 4 000 samples place the ends within about 0.06 standard errors.
        Assert.InRange(interval.Low, mean - (2.16 * error), mean - (1.76 * error));
        Assert.InRange(interval.High, mean + (1.76 * error), mean + (2.16 * error));
    }

    [Fact]
    public void About_95_of_100_intervals_hold_the_truth()
    {
        var holding = 0;
        for (var seed = 1; seed <= 400; seed++)
        {
            var values = Normal(seed, 100);
            var interval = Bootstrap.Percentile(100, Mean(values), samples: 400, seed: seed)!;
            holding += interval.Low <= 0 && interval.High >= 0 ? 1 : 0;
        }

        // 0.94 is the known coverage of the percentile interval at n = 100; three standard errors of 400 trials are 0.036.
        Assert.InRange(holding / 400.0, 0.904, 0.976);
    }

    [Fact]
    public void Blocks_widen_the_interval_of_rows_that_resemble_their_neighbours()
    {
        var random = new SeededRandom(5);
        var values = new double[3000];
        for (var i = 1; i < values.Length; i++)
        {
            values[i] = (0.9 * values[i - 1]) + random.NextDouble() - 0.5;
        }

        var single = Bootstrap.Percentile(values.Length, Mean(values))!;
        var blocks = Bootstrap.Percentile(values.Length, Mean(values), blockLength: 100)!;

        // With an autocorrelation of 0.9 the variance of a mean is (1 + 0.9)/(1 − 0.9) = 19 times that of independent rows, so the interval is √19 = 4.4 times as wide.
        Assert.InRange((blocks.High - blocks.Low) / (single.High - single.Low), 3.2, 5.2);
    }

    [Fact]
    public void Samples_are_made_of_whole_blocks_of_neighbours_and_have_as_many_rows_as_the_data()
    {
        Bootstrap.Percentile(
            25,
            sample =>
            {
                Assert.Equal(25, sample.Length);
                Assert.All(sample, i => Assert.InRange(i, 0, 24));
                for (var i = 0; i < 25; i++)
                {
                    Assert.Equal(sample[i - (i % 7)] + (i % 7), sample[i]);
                }

                return 1;
            },
            samples: 50,
            blockLength: 7);
    }

    [Theory]
    [InlineData(5, true)]
    [InlineData(6, false)]
    public void A_statistic_without_a_value_in_more_than_one_sample_of_twenty_has_no_interval(int missing, bool expected)
    {
        var call = 0;

        var interval = Bootstrap.Percentile(10, _ => call++ < missing ? null : call, samples: 100);

        Assert.Equal(expected, interval is not null);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(9, 5)]
    public void Fewer_than_two_blocks_of_rows_have_no_interval(int rows, int blockLength) =>
        Assert.Null(Bootstrap.Percentile(rows, _ => 1, blockLength: blockLength));

    private static Func<int[], double?> Mean(double[] values) => sample =>
    {
        double sum = 0;
        foreach (var i in sample)
        {
            sum += values[i];
        }

        return sum / sample.Length;
    };

    private static double[] Normal(int seed, int count)
    {
        var random = new SeededRandom(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))];
    }
}
