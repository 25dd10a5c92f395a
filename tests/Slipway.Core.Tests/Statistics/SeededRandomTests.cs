using Slipway.Statistics;

namespace Slipway.Core.Tests.Statistics;

public sealed class SeededRandomTests
{
    [Fact]
    public void The_numbers_of_a_seed_never_change()
    {
        // The published sequence of SplitMix64 for the seed 1234567.
        var random = new SeededRandom(1234567);

        Assert.Equal([6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821], Enumerable.Range(0, 5).Select(_ => random.NextBits()));
    }

    [Fact]
    public void Whole_numbers_are_equally_frequent_and_within_their_bound()
    {
        var random = new SeededRandom(1);
        var counts = new int[7];
        for (var i = 0; i < 70_000; i++)
        {
            counts[random.Next(7)]++;
        }

        // Five standard deviations of 70 000 draws of 1/7 are 463.
        Assert.All(counts, c => Assert.InRange(c, 9_537, 10_463));
    }

    [Fact]
    public void Shuffling_keeps_every_item()
    {
        int[] items = [.. Enumerable.Range(0, 100)];

        new SeededRandom(1).Shuffle<int>(items);

        Assert.NotEqual(Enumerable.Range(0, 100), items);
        Assert.Equal(Enumerable.Range(0, 100), items.Order());
    }
}
