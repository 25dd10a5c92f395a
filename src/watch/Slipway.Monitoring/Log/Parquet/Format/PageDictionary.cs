namespace Slipway.Monitoring.Log.Parquet.Format;

/// <summary>The few texts that a column has, each once.</summary>
internal sealed class PageDictionary
{
    private readonly List<byte[]> _texts = [];

    /// <summary>They as a page's bytes.</summary>
    public PageBuffer Page { get; } = new();

    /// <summary>How many there are.</summary>
    public int Count => _texts.Count;

    public void Clear()
    {
        _texts.Clear();
        Page.Clear();
    }

    /// <summary>The index of a text, which is added when it is new.</summary>
    public int Find(ReadOnlySpan<byte> text)
    {
        for (var i = 0; i < _texts.Count; i++)
        {
            if (text.SequenceEqual(_texts[i]))
            {
                return i;
            }
        }

        _texts.Add(text.ToArray());
        Page.AddText(text);
        return _texts.Count - 1;
    }

    /// <summary>What a reader may know of a column of these texts.</summary>
    public ColumnStatistics Know(int missing)
    {
        var range = new TextRange(Page);
        var from = 0;
        foreach (var text in _texts)
        {
            from += sizeof(int);
            range.Add(from..(from + text.Length));
            from += text.Length;
        }

        return range.Know(missing);
    }
}
