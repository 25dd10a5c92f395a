namespace Slipway.Mlflow.Search;

/// <summary>What a search finds for one page.</summary>
/// <param name="most">The page's size.</param>
internal sealed class FoundThings(int most)
{
    private readonly List<long> _ids = [];

    // One more than the page takes says whether there is a next one.
    private int _seen;
    private IReadOnlyList<object>? _last;

    /// <summary>Their numbers, in order.</summary>
    public IReadOnlyList<long> Ids => _ids;

    /// <summary>The sort keys of the last one, when there are more behind it. Of the others they are not kept: a key may be a text of some thousand characters.</summary>
    public IReadOnlyList<object>? End { get; private set; }

    /// <summary>The sort keys of the first one; null when nothing was found.</summary>
    public IReadOnlyList<object>? Begin { get; private set; }

    /// <summary>How many are still looked for.</summary>
    public int Wanted => most + 1 - _seen;

    public void Add(long id, Func<IReadOnlyList<object>> keys)
    {
        if (_seen++ == most)
        {
            End = _last;
            return;
        }

        _ids.Add(id);
        if (_seen == 1)
        {
            Begin = keys();
        }

        if (_seen == most)
        {
            _last = keys();
        }
    }
}
