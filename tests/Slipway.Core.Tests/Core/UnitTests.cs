using CsCheck;
using Slipway.Core.Units;

namespace Slipway.Core.Tests.Core;

public sealed class UnitTests
{
    [Theory]
    [InlineData("500 ms", 500)]
    [InlineData("500ms", 500)]
    [InlineData(" 1.5 s ", 1500)]
    [InlineData("5 m", 300_000)]
    [InlineData("2 h", 7_200_000)]
    [InlineData("14 d", 1_209_600_000)]
    [InlineData("0 ms", 0)]
    public void Durations(string text, double milliseconds)
    {
        Assert.True(Duration.TryParse(text, out var value));
        Assert.Equal(milliseconds, value.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("m")]
    [InlineData("-5 m")]
    [InlineData("5 min")]
    [InlineData("5 M")]
    [InlineData("5 m 3 s")]
    [InlineData("1,5 s")]
    [InlineData("1e3 ms")]
    [InlineData("99999999999 d")]
    [InlineData("99999999999999999999999999999999 ms")]
    [InlineData("٣ ms")]
    public void No_durations(string text) => Assert.False(Duration.TryParse(text, out _));

    [Fact]
    public void A_duration_is_read_as_it_is_written() => Gen.OneOf(Gen.Long[0, long.MaxValue], Gen.Long[0, 1000], Gen.Long[0, 1000].Select(d => d * TimeSpan.TicksPerMinute)).Sample(ticks =>
        Duration.TryParse(Duration.Format(TimeSpan.FromTicks(ticks)), out var value) && value.Ticks == ticks);

    [Fact]
    public void A_duration_is_written_in_the_largest_unit_that_needs_no_fraction()
    {
        Assert.Equal("90 s", Duration.Format(TimeSpan.FromSeconds(90)));
        Assert.Equal("2 d", Duration.Format(TimeSpan.FromHours(48)));
        Assert.Equal("0.5 ms", Duration.Format(TimeSpan.FromMicroseconds(500)));
        Assert.Equal("0 ms", Duration.Format(TimeSpan.Zero));
    }

    [Theory]
    [InlineData("2000 MB", 2_000_000_000)]
    [InlineData("1.5GB", 1_500_000_000)]
    [InlineData("512 MiB", 536_870_912)]
    [InlineData("7 B", 7)]
    [InlineData("1 kB", 1000)]
    public void Sizes(string text, long bytes)
    {
        Assert.True(ByteSize.TryParse(text, out var value));
        Assert.Equal(bytes, value);
    }

    [Theory]
    [InlineData("2000")]
    [InlineData("-1 MB")]
    [InlineData("1 mb")]
    [InlineData("1 Mb")]
    [InlineData("99999999 TB")]
    public void No_sizes(string text) => Assert.False(ByteSize.TryParse(text, out _));

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(312, "312 B")]
    [InlineData(1_000, "1 kB")]
    [InlineData(1_549_000, "1.5 MB")]
    [InlineData(2_000_000_000, "2 GB")]
    public void Sizes_for_people(long bytes, string text) => Assert.Equal(text, ByteSize.Format(bytes));

    [Fact]
    public void A_written_size_is_near_to_what_it_was() => Gen.Long[0, long.MaxValue].Sample(bytes =>
        ByteSize.TryParse(ByteSize.Format(bytes), out var read) && Math.Abs((double)read - bytes) <= 0.05 * bytes);

    [Fact]
    public void A_percentage_is_its_share()
    {
        Assert.True(Percent.TryParse("20%", out var fifth) && fifth == 0.2);
        Assert.True(Percent.TryParse("0.1 %", out var thousandth) && thousandth == 0.001);
        Assert.False(Percent.TryParse("20", out _));
        Assert.False(Percent.TryParse("0.5 pp", out _));
        Assert.False(Percent.TryParse("NaN%", out _));
        Assert.Equal("12.5%", Percent.Format(0.125));
        Assert.Equal("13%", Percent.Format(0.126, decimals: 0));
        Gen.Int[0, 10_000].Sample(n => Percent.TryParse(Percent.Format(n / 10_000.0, decimals: 2), out var share) && share == n / 10_000.0);
    }
}
