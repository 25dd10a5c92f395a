using System.Numerics;
using System.Runtime.InteropServices;

namespace Slipway.Monitoring.Log.Parquet.Format;

/// <summary>What a reader may know of a column without reading it.</summary>
/// <param name="Missing">How many rows have no value.</param>
/// <param name="Least">The smallest value, as a page has it without a length; null when it is not known.</param>
/// <param name="Greatest">The largest value.</param>
internal readonly record struct ColumnStatistics(int Missing, byte[]? Least = null, byte[]? Greatest = null)
{
    /// <summary>Of numbers, none of which is NaN.</summary>
    public static ColumnStatistics Of<T>(int missing, T least, T greatest)
        where T : unmanaged, INumber<T>
        // A zero has two signs, either of which may be among the values.
        => new(missing, Bytes(T.IsZero(least) ? -T.Zero : least), Bytes(T.IsZero(greatest) ? T.Zero : greatest));

    public void Describe(CompactWriter footer, int field)
    {
        footer.Begin(field);
        footer.Number(3, (long)Missing);
        if (Least is not null && Greatest is not null)
        {
            footer.Bytes(5, Greatest);
            footer.Bytes(6, Least);
        }

        footer.End();
    }

    private static byte[] Bytes<T>(T value)
        where T : unmanaged => MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)).ToArray();
}
