using System.Globalization;
using System.Text;
using CsCheck;
using Slipway.Serving.OpenInference;

namespace Slipway.Serve.Tests.Serving;

public sealed class NumberScannerTests
{
    private static readonly Gen<string> Numbers = Gen.OneOf(
        Gen.Double.Where(double.IsFinite).Select(d => d.ToString("R", CultureInfo.InvariantCulture)),
        Gen.Float.Where(float.IsFinite).Select(f => ((double)f).ToString("R", CultureInfo.InvariantCulture)),
        Gen.Select(Gen.Long, Gen.Int[0, 30], (m, scale) => Decimal(m, scale)),
        Gen.Select(Gen.ULong, Gen.Int[-60, 60], (m, e) => $"{m}e{e}"),
        Gen.Select(Gen.Int[-999_999, 999_999], Gen.Int[0, 5], (m, scale) => Decimal(m, scale)));

    [Fact]
    public void Every_number_becomes_the_nearest_double() => Numbers.Sample(
        text =>
        {
            var expected = double.Parse(text, CultureInfo.InvariantCulture);
            var length = NumberScanner.Scan(Encoding.ASCII.GetBytes(text + ",1"), out double value);
            return length == text.Length && BitConverter.DoubleToInt64Bits(value) == BitConverter.DoubleToInt64Bits(expected);
        },
        iter: 50_000);

    [Fact]
    public void Every_number_becomes_the_nearest_float_or_is_out_of_range() => Numbers.Sample(
        text =>
        {
            var expected = float.Parse(text, CultureInfo.InvariantCulture);
            var length = NumberScanner.Scan(Encoding.ASCII.GetBytes(text), out float value);
            return float.IsFinite(expected)
                ? length == text.Length && BitConverter.SingleToInt32Bits(value) == BitConverter.SingleToInt32Bits(expected)
                : length == NumberScanner.OutOfRange;
        },
        iter: 50_000);

    [Theory]
    [InlineData("1.00000005960464477539062500", 1f)]
    [InlineData("1.00000005960464477539062501", 1.00000012f)]
    [InlineData("1.0000000596046448", 1.00000012f)]
    [InlineData("1e-45", 1.4E-45f)]
    [InlineData("-0", -0f)]
    public void A_float_is_rounded_once(string text, float expected)
    {
        NumberScanner.Scan(Encoding.ASCII.GetBytes(text), out float value);

        Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(value));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("01")]
    [InlineData("-01")]
    [InlineData("1.")]
    [InlineData(".5")]
    [InlineData("+1")]
    [InlineData("1e")]
    [InlineData("1e+")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("\"1\"")]
    public void What_JSON_does_not_call_a_number_is_none(string text) =>
        Assert.Equal(NumberScanner.NotANumber, NumberScanner.Scan(Encoding.ASCII.GetBytes(text), out double _));

    [Fact]
    public void The_limits_of_whole_numbers_survive()
    {
        Assert.Equal(long.MinValue, Whole<long>("-9223372036854775808"));
        Assert.Equal(long.MaxValue, Whole<long>("9223372036854775807"));
        Assert.Equal(ulong.MaxValue, Whole<ulong>("18446744073709551615"));
        Assert.Equal(sbyte.MinValue, Whole<sbyte>("-128"));
        Assert.Equal(3, Whole<int>("3.0"));
        Assert.Equal(1000, Whole<short>("1e3"));
        Assert.Equal(0u, Whole<uint>("-0"));
        Assert.Equal(9007199254740993, Whole<long>("9007199254740993"));
    }

    [Theory]
    [InlineData("9223372036854775808", NumberScanner.OutOfRange)]
    [InlineData("-9223372036854775809", NumberScanner.OutOfRange)]
    [InlineData("18446744073709551616", NumberScanner.OutOfRange)]
    [InlineData("1e30", NumberScanner.OutOfRange)]
    [InlineData("1e400", NumberScanner.OutOfRange)]
    [InlineData("2.5", NumberScanner.NotANumber)]
    public void A_whole_number_that_does_not_fit_is_refused(string text, int expected) =>
        Assert.Equal(expected, NumberScanner.Scan(Encoding.ASCII.GetBytes(text), out long _));

    private static string Decimal(long mantissa, int scale)
    {
        var digits = Math.Abs((decimal)mantissa).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        return (mantissa < 0 ? "-" : "") + (scale == 0 ? digits : $"{digits[..^scale]}.{digits[^scale..]}");
    }

    private static T Whole<T>(string text)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>, System.Numerics.IMinMaxValue<T>
    {
        Assert.Equal(text.Length, NumberScanner.Scan(Encoding.ASCII.GetBytes(text), out T value));
        return value;
    }
}
