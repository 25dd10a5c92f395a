namespace Slipway.Monitoring.Log.Parquet.Format;

/// <summary>The smallest and the largest of the texts on a page, by their bytes.</summary>
internal struct TextRange(PageBuffer page)
{
    // A footer of longer ones would be longer than what it describes, and nobody looks for them by their order.
    private const int Longest = 256;

    private Range _least;
    private Range _greatest;

    /// <summary>How many texts there are.</summary>
    public int Count { get; private set; }

    /// <summary>Takes note of a text by its place on the page.</summary>
    public void Add(Range text)
    {
        var written = page.Written;
        if (Count++ == 0)
        {
            (_least, _greatest) = (text, text);
        }
        else if (written[text].SequenceCompareTo(written[_greatest]) > 0)
        {
            _greatest = text;
        }
        else if (written[text].SequenceCompareTo(written[_least]) < 0)
        {
            _least = text;
        }
    }

    /// <summary>What a reader may know of a column of these texts.</summary>
    public readonly ColumnStatistics Know(int missing)
    {
        var least = page.Written[_least];
        var greatest = page.Written[_greatest];
        return Count == 0 || least.Length > Longest || greatest.Length > Longest ? new ColumnStatistics(missing) : new ColumnStatistics(missing, least.ToArray(), greatest.ToArray());
    }
}
