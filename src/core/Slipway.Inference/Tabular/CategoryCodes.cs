using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Slipway.Inference.Tabular;

/// <summary>Finds the code of a category by its UTF-8 bytes, as they arrived: no string is made.</summary>
internal sealed class CategoryCodes
{
    private readonly Dictionary<byte[], double>.AlternateLookup<ReadOnlySpan<byte>> _codes;

    public CategoryCodes(IReadOnlyList<string> categories)
    {
        var codes = new Dictionary<byte[], double>(categories.Count, new Utf8Comparer());
        for (var i = 0; i < categories.Count; i++)
        {
            codes.Add(Encoding.UTF8.GetBytes(categories[i]), i);
        }

        _codes = codes.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>The code of a value; NaN, which is missing, when training did not see it.</summary>
    public double Find(ReadOnlyMemory<byte>? value) => value is { } bytes && _codes.TryGetValue(bytes.Span, out var code) ? code : double.NaN;

    private sealed class Utf8Comparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            // Seeded per process: values from outside cannot be chosen to collide.
            var hash = default(HashCode);
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());
    }
}
