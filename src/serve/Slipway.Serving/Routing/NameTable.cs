using System.Text;
using Slipway.Inference.Tensors;

namespace Slipway.Serving.Routing;

/// <summary>The names of a deployment's inputs as they stand on the wire, so that a request's names become strings without new ones being made.</summary>
internal sealed class NameTable
{
    private const int LongestOnStack = 256;

    private readonly byte[][] _utf8;
    private readonly string[] _names;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _index;

    public NameTable(IEnumerable<TensorSpec> inputs)
    {
        _names = [.. inputs.Select(i => i.Name).Distinct(StringComparer.Ordinal)];
        _utf8 = [.. _names.Select(Encoding.UTF8.GetBytes)];
        _index = _names.Index().ToDictionary(n => n.Item, n => n.Index, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public int Count => _names.Length;

    public string this[int index] => _names[index];

    /// <summary>
    /// The index of a name, or −1. Callers nearly always send inputs in the signature's order, so the name is looked for at <paramref name="expected"/> first.
    /// </summary>
    public int Find(ReadOnlySpan<byte> name, int expected)
    {
        if (expected < _utf8.Length && name.SequenceEqual(_utf8[expected]))
        {
            return expected;
        }

        if (name.Length > LongestOnStack)
        {
            return _index.TryGetValue(Encoding.UTF8.GetString(name), out var found) ? found : -1;
        }

        Span<char> characters = stackalloc char[LongestOnStack];
        var length = Encoding.UTF8.GetChars(name, characters);
        return _index.TryGetValue(characters[..length], out var index) ? index : -1;
    }
}
