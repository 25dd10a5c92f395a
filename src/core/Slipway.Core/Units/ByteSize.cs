using System.Globalization;

namespace Slipway.Core.Units;

/// <summary>Amounts of memory and disk as people write them: <c>2000 MB</c>, <c>1.5 GB</c>, <c>512 MiB</c>. Without the <c>i</c> a unit is a power of 1000.</summary>
public static class ByteSize
{
    /// <summary>What is allowed, for messages.</summary>
    public const string Rule = "a size with its unit (B, kB, MB, GB, TB, KiB, MiB, GiB or TiB), such as 2000 MB";

    private static readonly (string Name, long Bytes)[] Units =
    [
        ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000), ("B", 1),
        ("TiB", 1L << 40), ("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10), ("KB", 1000),
    ];

    /// <summary>Parses a number and its unit; false for anything else, for negative and for more than a <see cref="long"/> holds.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out long bytes)
    {
        bytes = 0;
        if (!Quantity.TrySplit(text, out var number, out var unit) || number < 0)
        {
            return false;
        }

        foreach (var (name, size) in Units)
        {
            if (unit.SequenceEqual(name) && number <= long.MaxValue / size)
            {
                bytes = (long)(number * size);
                return true;
            }
        }

        return false;
    }

    /// <summary>Writes a size for people, to one decimal: <c>1.5 GB</c>, <c>312 B</c>.</summary>
    public static string Format(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        var (name, size) = Array.Find(Units, u => bytes >= u.Bytes && u.Name != "B") is { Name: not null } found ? found : ("B", 1L);
        return string.Create(CultureInfo.InvariantCulture, $"{Math.Round((decimal)bytes / size, 1):0.#} {name}");
    }
}
