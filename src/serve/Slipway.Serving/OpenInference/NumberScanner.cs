using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Slipway.Serving.OpenInference;

/// <summary>
/// Reads one JSON number from the beginning of a text, correctly rounded in every case. The framework's parser is correct too, but takes four times as long
/// for the short decimals that requests consist of.
/// </summary>
internal static class NumberScanner
{
    /// <summary>No number stands there, or not one of the wanted kind.</summary>
    public const int NotANumber = 0;

    /// <summary>A number stands there, and the type cannot hold it.</summary>
    public const int OutOfRange = -1;

    private const int MaxExactPower = 22;

    // A 64-bit mantissa holds any 19 digits.
    private const int MaxDigits = 19;

    // Powers of ten that a double holds exactly.
    private static readonly double[] Powers =
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22];

    // Those that fit 64 bits.
    private static readonly ulong[] WholePowers = CreateWholePowers();

    /// <summary>Reads a number and returns its length in bytes, or <see cref="NotANumber"/> or <see cref="OutOfRange"/>.</summary>
    public static int Scan(ReadOnlySpan<byte> text, out double value)
    {
        var length = ScanDecimal(text, out var number);
        if (length <= 0)
        {
            value = 0;
            return length;
        }

        if (!TryConvert(number, out value))
        {
            value = double.Parse(text[..length], NumberStyles.Float, CultureInfo.InvariantCulture);
        }

        return double.IsFinite(value) ? length : OutOfRange;
    }

    /// <inheritdoc cref="Scan(ReadOnlySpan{byte}, out double)"/>
    public static int Scan(ReadOnlySpan<byte> text, out float value)
    {
        // Rounding twice (to double, then to float) is wrong only where the double lies exactly between two floats: any other double is on the same side of that
        // middle as the number itself. Below the normal floats the middle is elsewhere.
        const long BelowFloat = (1L << 29) - 1;
        const long Middle = 1L << 28;

        var length = ScanDecimal(text, out var number);
        if (length <= 0)
        {
            value = 0;
            return length;
        }

        if (TryConvert(number, out var wide)
            && (BitConverter.DoubleToInt64Bits(wide) & BelowFloat) != Middle
            && (Math.Abs(wide) >= 1.1754943508222875e-38 || wide == 0))
        {
            value = (float)wide;
        }
        else
        {
            value = float.Parse(text[..length], NumberStyles.Float, CultureInfo.InvariantCulture);
        }

        return float.IsFinite(value) ? length : OutOfRange;
    }

    /// <inheritdoc cref="Scan(ReadOnlySpan{byte}, out double)"/>
    public static int Scan(ReadOnlySpan<byte> text, out Half value)
    {
        var length = ScanDecimal(text, out _);
        value = length > 0 ? Half.Parse(text[..length], NumberStyles.Float, CultureInfo.InvariantCulture) : default;
        return length <= 0 || Half.IsFinite(value) ? length : OutOfRange;
    }

    /// <summary>Reads a whole number, exactly. <c>3.0</c> and <c>1e3</c> are whole too: some clients write every number so.</summary>
    public static int Scan<T>(ReadOnlySpan<byte> text, out T value)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        value = default;
        var length = ScanDecimal(text, out var number);
        if (length <= 0)
        {
            return length;
        }

        var mantissa = number.Mantissa;
        if (number.Exponent != 0 || number.Digits > MaxDigits)
        {
            // 18446744073709551615 has 20 digits, and a fraction needs a look at what it is worth.
            if (!UInt64Of(text[..length], out mantissa))
            {
                var wide = double.Parse(text[..length], NumberStyles.Float, CultureInfo.InvariantCulture);
                return double.IsInteger(wide) || double.IsInfinity(wide) ? OutOfRange : NotANumber;
            }
        }

        var limit = ulong.CreateTruncating(T.MaxValue);
        if (number.Negative)
        {
            limit = T.MinValue < T.Zero ? limit + 1 : 0;
        }

        if (mantissa > limit)
        {
            return OutOfRange;
        }

        value = T.CreateTruncating(number.Negative ? unchecked(0UL - mantissa) : mantissa);
        return length;
    }

    private static ulong[] CreateWholePowers()
    {
        var powers = new ulong[MaxDigits + 1];
        powers[0] = 1;
        for (var i = 1; i < powers.Length; i++)
        {
            powers[i] = powers[i - 1] * 10;
        }

        return powers;
    }

    private static bool UInt64Of(ReadOnlySpan<byte> text, out ulong value)
    {
        const NumberStyles Style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return ulong.TryParse(text[0] == '-' ? text[1..] : text, Style, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>Takes a number apart by the grammar of JSON: no leading zeros, no bare point, no <c>+</c>, no NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ScanDecimal(ReadOnlySpan<byte> text, out ScannedNumber number)
    {
        number = default;
        var at = 0;
        var negative = false;
        if (text.Length > 0 && text[0] == '-')
        {
            negative = true;
            at = 1;
        }

        ulong mantissa = 0;
        var begin = at;
        while (at < text.Length && (uint)(text[at] - '0') <= 9)
        {
            mantissa = (mantissa * 10) + (uint)(text[at] - '0');
            at++;
        }

        var digits = at - begin;
        if (digits == 0 || (digits > 1 && text[begin] == '0'))
        {
            return NotANumber;
        }

        var exponent = 0;
        if (at < text.Length && text[at] == '.')
        {
            at++;
            var fraction = at;
            while (at < text.Length && (uint)(text[at] - '0') <= 9)
            {
                mantissa = (mantissa * 10) + (uint)(text[at] - '0');
                at++;
            }

            if (at == fraction)
            {
                return NotANumber;
            }

            exponent = fraction - at;
            digits += at - fraction;
        }

        if (at < text.Length && (text[at] | 0x20) == 'e')
        {
            var length = ScanExponent(text[at..], ref exponent);
            if (length == 0)
            {
                return NotANumber;
            }

            at += length;
        }

        if (digits > MaxDigits)
        {
            digits -= LeadingZeros(text[begin..]);
        }

        number = new ScannedNumber(negative, mantissa, digits, exponent);
        return at;
    }

    private static int ScanExponent(ReadOnlySpan<byte> text, ref int exponent)
    {
        // Far beyond any double, and far from overflowing.
        const int Enough = 100_000;

        var at = 1;
        var negative = false;
        if (at < text.Length && text[at] is (byte)'+' or (byte)'-')
        {
            negative = text[at] == '-';
            at++;
        }

        var begin = at;
        var value = 0;
        while (at < text.Length && (uint)(text[at] - '0') <= 9)
        {
            value = Math.Min((value * 10) + (text[at] - '0'), Enough);
            at++;
        }

        exponent += negative ? -value : value;
        return at == begin ? 0 : at;
    }

    // 0.001234 has seven digits of which four count.
    private static int LeadingZeros(ReadOnlySpan<byte> text)
    {
        var zeros = 0;
        foreach (var c in text)
        {
            if (c == '0')
            {
                zeros++;
            }
            else if (c != '.')
            {
                break;
            }
        }

        return zeros;
    }

    /// <summary>Converts without rounding more than once, or says that it cannot.</summary>
    private static bool TryConvert(in ScannedNumber number, out double value)
    {
        if (number.Digits > MaxDigits)
        {
            value = 0;
            return false;
        }

        // A mantissa of 53 bits and a power of ten up to 22 are exact doubles, so one multiplication or division rounds once (Clinger 1990).
        if (number.Mantissa <= 1UL << 53 && Math.Abs(number.Exponent) <= MaxExactPower)
        {
            value = number.Exponent < 0 ? number.Mantissa / Powers[-number.Exponent] : number.Mantissa * Powers[number.Exponent];
        }
        else if (number.Exponent <= 0 && -number.Exponent < WholePowers.Length)
        {
            value = Divide(number.Mantissa, WholePowers[-number.Exponent]);
        }
        else
        {
            value = 0;
            return false;
        }

        value = number.Negative ? -value : value;
        return true;
    }

    /// <summary>
    /// The double nearest to a quotient of whole numbers. Programs print doubles with 17 digits, more than 53 bits hold; dividing in 128 bits takes such a number in a
    /// fifth of the time that the framework's parser needs.
    /// </summary>
    private static double Divide(ulong mantissa, ulong divisor)
    {
        // Both with the highest bit set, the quotient has 63 or 64 bits: the 53 of a double, at least ten to round by, and what is left only breaks ties.
        var up = BitOperations.LeadingZeroCount(mantissa);
        var down = BitOperations.LeadingZeroCount(divisor);
        var dividend = (UInt128)(mantissa << up) << 63;
        divisor <<= down;
        var quotient = (ulong)(dividend / divisor);
        var inexact = dividend != (UInt128)quotient * divisor;

        var shift = 11 - BitOperations.LeadingZeroCount(quotient);
        var bits = quotient >> shift;
        var rest = quotient & ((1UL << shift) - 1);
        var half = 1UL << (shift - 1);
        if (rest > half || (rest == half && (inexact || (bits & 1) == 1)))
        {
            bits++;
        }

        // The exponent is nowhere near its limits, so the power of two is exact and so is the product.
        var power = shift + down - up - 63;
        return bits * BitConverter.Int64BitsToDouble((power + 1023L) << 52);
    }

    /// <summary>A number as digits and a power of ten. The mantissa is right when <paramref name="Digits"/>, those after leading zeros, are at most 19.</summary>
    private readonly record struct ScannedNumber(bool Negative, ulong Mantissa, int Digits, int Exponent);
}
