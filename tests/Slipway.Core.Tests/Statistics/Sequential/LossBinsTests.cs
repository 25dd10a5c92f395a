using Slipway.Statistics.Sequential;

namespace Slipway.Core.Tests.Statistics.Sequential;

public sealed class LossBinsTests
{
    [Fact]
    public void Every_machine_rounds_the_same_loss_of_the_same_prediction_to_the_same_edge() =>
        Assert.All(LossData.Read().Roundings, r => Assert.Equal(r.Edge, LossBins.Round(r.Y, r.Id)));

    [Fact]
    public void A_loss_on_an_edge_stays()
    {
        for (var edge = 0; edge <= LossBins.Edges; edge++)
        {
            for (var id = 0; id < 20; id++)
            {
                Assert.Equal(edge, LossBins.Round(edge / 256.0, $"{edge}-{id}"));
            }
        }
    }

    [Theory]
    [InlineData(3.25)]
    [InlineData(0.01)]
    [InlineData(255.5)]
    [InlineData(100.9)]
    public void A_loss_goes_to_a_neighbouring_edge_and_in_the_mean_to_itself(double scaled)
    {
        const int Ids = 20_000;
        var share = scaled - Math.Floor(scaled);

        // Counting up is the hardest kind of id: neighbours differ in one character.
        var edges = Enumerable.Range(0, Ids).Select(id => LossBins.Round(scaled / 256, id.ToString(System.Globalization.CultureInfo.InvariantCulture))).ToArray();

        Assert.All(edges, e => Assert.InRange(e, Math.Floor(scaled), Math.Ceiling(scaled)));
        Assert.Equal(scaled, edges.Average(), 4 * Math.Sqrt(share * (1 - share) / Ids));
    }

    [Theory]
    [InlineData(-0.001)]
    [InlineData(1.001)]
    [InlineData(double.NaN)]
    public void A_loss_outside_its_range_is_refused(double y) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => LossBins.Round(y, "a"));

    [Fact]
    public void A_prediction_needs_an_id() => Assert.Throws<ArgumentException>(() => LossBins.Round(0.5, ""));
}
