using Snappier;

namespace Slipway.Monitoring.Log.Parquet.Format;

/// <summary>What files are written with, used again for each of their columns.</summary>
internal sealed class ParquetBuffers
{
    // From so many bytes on, a part is packed first to see what the whole would give.
    private const int Sampled = 64 << 10;
    private const int Sample = 16 << 10;

    private byte[] _packed = [];
    private int _length;

    /// <summary>The page that is being built.</summary>
    public PageBuffer Page { get; } = new();

    /// <summary>The texts of a column that has few.</summary>
    public PageDictionary Dictionary { get; } = new();

    /// <summary>Which rows have a value, or a place in their list.</summary>
    public LevelRuns Definitions { get; } = new();

    /// <summary>Which values begin a row's list.</summary>
    public LevelRuns Repetitions { get; } = new();

    /// <summary>Which value of the dictionary each is.</summary>
    public LevelRuns Indexes { get; } = new();

    /// <summary>Headers and the footer.</summary>
    public CompactWriter Thrift { get; } = new();

    /// <summary>The page as Snappy packs it.</summary>
    public ReadOnlySpan<byte> Packed => _packed.AsSpan(0, _length);

    /// <summary>Packs the page, unless that saves less than a tenth: measurements hardly get smaller, and packing them would be a third of all work.</summary>
    public bool TryPack()
    {
        var page = Page.Written;
        if (page.Length > Sampled && !Saves(page.Slice(page.Length / 2, Sample)))
        {
            return false;
        }

        return Saves(page);
    }

    private bool Saves(ReadOnlySpan<byte> bytes)
    {
        var most = Snappy.GetMaxCompressedLength(bytes.Length);
        if (_packed.Length < most)
        {
            _packed = GC.AllocateUninitializedArray<byte>(most);
        }

        _length = Snappy.Compress(bytes, _packed);
        return _length < bytes.Length - (bytes.Length / 10);
    }
}
