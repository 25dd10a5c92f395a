using System.Text;
using Apache.Arrow;

namespace Slipway.Datasets.Columns;

/// <summary>Text by code. A value's string is made once, however often it occurs.</summary>
internal sealed class TextBuilder : ColumnBuilder
{
    private const int OnStack = 256;

    private readonly string _name;
    private readonly Dictionary<string, int> _codeOf = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private int[] _codes = [];
    private int _length;
    private long _characters;

    public TextBuilder(string name)
    {
        _name = name;
        _lookup = _codeOf.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    // A string's header and its entry in the dictionary weigh about as much as 40 characters.
    public override long Extra => (_characters + (40L * _codeOf.Count)) / 4;

    public override void Append(IArrowArray values)
    {
        var texts = (StringArray)values;
        _codes = Grow(_codes, _length + texts.Length);
        for (var i = 0; i < texts.Length; i++)
        {
            _codes[_length + i] = texts.IsNull(i) ? -1 : CodeOf(texts.GetBytes(i));
        }

        _length += texts.Length;
    }

    /// <summary>Numbers the categories in ordinal order, whatever the order in which they came.</summary>
    public override Column Build()
    {
        var categories = _codeOf.Keys.ToArray();
        System.Array.Sort(categories, StringComparer.Ordinal);
        var ordinal = new int[categories.Length];
        for (var i = 0; i < categories.Length; i++)
        {
            ordinal[_codeOf[categories[i]]] = i;
        }

        var codes = Trim(_codes, _length);
        for (var i = 0; i < codes.Length; i++)
        {
            codes[i] = codes[i] < 0 ? -1 : ordinal[codes[i]];
        }

        return new TextColumn(_name, codes, categories);
    }

    private int CodeOf(ReadOnlySpan<byte> utf8)
    {
        var text = utf8.Length <= OnStack ? stackalloc char[OnStack] : new char[utf8.Length];
        text = text[..Encoding.UTF8.GetChars(utf8, text)];
        if (!_lookup.TryGetValue(text, out var code))
        {
            code = _codeOf.Count;
            _lookup[text] = code;
            _characters += text.Length;
        }

        return code;
    }
}
