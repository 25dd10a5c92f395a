using Slipway.Statistics.Sequential;

namespace Slipway.Core.Tests.Statistics.Sequential;

public sealed class EValueTests
{
    [Theory]
    [InlineData(2.9957, false)]
    [InlineData(2.9958, true)]
    [InlineData(5000, true)]
    [InlineData(-5000, false)]
    public void At_one_in_twenty_an_e_value_of_twenty_rejects(double logE, bool expected) => Assert.Equal(expected, EValue.Rejects(logE, 0.05));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void A_probability_of_error_that_is_none_is_refused(double alpha) => Assert.Throws<ArgumentOutOfRangeException>(() => EValue.LogLimit(alpha));
}
