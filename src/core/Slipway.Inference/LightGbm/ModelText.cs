using System.Globalization;
using Slipway.Core.Errors;

namespace Slipway.Inference.LightGbm;

/// <summary>Reads the lines and number lists of a LightGBM text file. What it allocates is bounded by the bytes that are there, whatever the file claims.</summary>
internal ref struct ModelText(ReadOnlySpan<byte> bytes, string file)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>The next line without its end; false at the end of the file.</summary>
    public bool TryReadLine(out ReadOnlySpan<byte> line)
    {
        if (_rest.IsEmpty)
        {
            line = default;
            return false;
        }

        var end = _rest.IndexOf((byte)'\n');
        line = end < 0 ? _rest : _rest[..end];
        _rest = end < 0 ? default : _rest[(end + 1)..];
        line = line.TrimEnd((byte)'\r');
        return true;
    }

    /// <summary>Splits <c>key=value</c>; false when there is no equals sign.</summary>
    public static bool TrySplit(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        var at = line.IndexOf((byte)'=');
        key = at < 0 ? line : line[..at];
        value = at < 0 ? default : line[(at + 1)..];
        return at >= 0;
    }

    public readonly int Int(ReadOnlySpan<byte> value, string what) =>
        int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Damaged($"{what} is no whole number");

    public readonly int[] Ints(ReadOnlySpan<byte> value, int count, string what)
    {
        RequireRoom(value, count, what);
        var numbers = new int[count];
        for (var i = 0; i < count; i++)
        {
            if (!int.TryParse(Next(ref value), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out numbers[i]))
            {
                throw Damaged($"{what} does not hold {count} whole numbers");
            }
        }

        RequireEnd(value, count, what);
        return numbers;
    }

    public readonly uint[] Words(ReadOnlySpan<byte> value, int count, string what)
    {
        RequireRoom(value, count, what);
        var numbers = new uint[count];
        for (var i = 0; i < count; i++)
        {
            if (!uint.TryParse(Next(ref value), NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
            {
                throw Damaged($"{what} does not hold {count} bit words");
            }
        }

        RequireEnd(value, count, what);
        return numbers;
    }

    /// <summary>Reads numbers; <paramref name="infinite"/> says whether they may be so, which thresholds are where all that is not missing goes one way.</summary>
    public readonly double[] Doubles(ReadOnlySpan<byte> value, int count, string what, bool infinite)
    {
        RequireRoom(value, count, what);
        var numbers = new double[count];
        for (var i = 0; i < count; i++)
        {
            var word = Next(ref value);
            if (infinite && (word.SequenceEqual("inf"u8) || word.SequenceEqual("-inf"u8)))
            {
                numbers[i] = word[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
            }
            else if (!double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]) || !double.IsFinite(numbers[i]))
            {
                throw Damaged($"{what} does not hold {count} {(infinite ? "" : "finite ")}numbers");
            }
        }

        RequireEnd(value, count, what);
        return numbers;
    }

    public readonly SlipwayException Damaged(string what) =>
        new(ErrorKind.InvalidInput, $"{file} is damaged: {what}. Save the model again with LightGBM's save_model.");

    private readonly void RequireRoom(ReadOnlySpan<byte> value, int count, string what)
    {
        // Each number takes a digit and, but for the last, a space.
        if (count < 0 || value.Length < (2L * count) - 1)
        {
            throw Damaged($"{what} is too short for {count} values");
        }
    }

    private readonly void RequireEnd(ReadOnlySpan<byte> value, int count, string what)
    {
        if (!value.Trim((byte)' ').IsEmpty)
        {
            throw Damaged($"{what} has more than {count} values");
        }
    }

    private static ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> value)
    {
        value = value.TrimStart((byte)' ');
        var end = value.IndexOf((byte)' ');
        var token = end < 0 ? value : value[..end];
        value = end < 0 ? default : value[end..];
        return token;
    }
}
