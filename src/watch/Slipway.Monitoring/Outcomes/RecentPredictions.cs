using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using Slipway.Monitoring.Log;

namespace Slipway.Monitoring.Outcomes;

/// <summary>The newest predictions of all deployments by id, bounded in rows and bytes; the oldest leaves first. Failed rows are not in it: no truth belongs to them.</summary>
/// <remarks>
/// A row is a place in a ring of flat arrays: what a join needs is copied there, and the batch is let go. With the batches themselves for memory, a quarter of a million rows of thirty inputs
/// were 100 MB that the collector walked and replaced every six seconds at 40 000 rows a second. An id is 128 bits of its hash, by a key of the process: no two ids have ever had the same.
/// </remarks>
internal sealed class RecentPredictions(int maxRows, long maxBytes)
{
    private const int FirstRows = 1024;
    private const int LongestOnStack = 512;

    // Rows whose slots are fetched together.
    private const int Stride = 64;

    private readonly Dictionary<string, long> _keys = new(StringComparer.Ordinal);
    private readonly List<RecentSource> _known = [];
    private RecentTable _table = new(FirstRows);
    private UInt128[] _ids = new UInt128[FirstRows];
    private long[] _times = new long[FirstRows];
    private ulong[] _units = new ulong[FirstRows];
    private double[] _scores = new double[FirstRows];
    private RecentSource?[] _sources = new RecentSource?[FirstRows];

    // Only where a model has several scores, or a deployment segments.
    private double[]?[]? _vectors;
    private string?[]?[]? _segments;
    private int _first;
    private int _count;
    private long _bytes;

    /// <summary>Grows when rows leave: outcomes that wait may find them in the log only.</summary>
    public long Evictions { get; private set; }

    /// <summary>Adds a batch and answers which of its rows are new; null when all are. A row whose id is known is a client's second try, and was counted with the first.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="model">How their scores are read.</param>
    /// <param name="segments">The inputs by which somebody looks at outcomes; what the caller named as segments is kept in any case.</param>
    public bool[]? Add(PredictionBatch batch, OutcomeModel model, IReadOnlyCollection<string> segments)
    {
        var source = Source(batch, model, RecentSource.NamesOf(batch, segments));
        var scores = model.FindScores(batch);
        var key = Key(batch.Source.Deployment);
        bool[]? isNew = null;
        Span<UInt128> ids = stackalloc UInt128[Stride];
        for (var from = 0; from < batch.Rows; from += Stride)
        {
            var rows = Math.Min(Stride, batch.Rows - from);
            for (var i = 0; i < rows; i++)
            {
                ids[i] = XxHash128.HashToUInt128(batch.Ids.Utf8(from + i), key);
            }

            Fetch(ids[..rows]);
            for (var i = 0; i < rows; i++)
            {
                if (batch.Failed[from + i])
                {
                    continue;
                }

                if (_table.Find(ids[i], _ids) < 0)
                {
                    Add(ids[i], batch, from + i, source, scores);
                    continue;
                }

                isNew ??= Enumerable.Repeat(true, batch.Rows).ToArray();
                isNew[from + i] = false;
            }
        }

        return isNew;
    }

    /// <summary>A prediction, or null.</summary>
    public FoundPrediction? Find(string deployment, string id)
    {
        var length = Encoding.UTF8.GetMaxByteCount(id.Length);
        Span<byte> text = length <= LongestOnStack ? stackalloc byte[LongestOnStack] : new byte[length];
        text = text[..Encoding.UTF8.GetBytes(id, text)];
        var row = _table.Find(XxHash128.HashToUInt128(text, Key(deployment)), _ids);
        if (row < 0)
        {
            return null;
        }

        var source = _sources[row]!;
        double[] scores = _vectors?[row] ?? (double.IsNaN(_scores[row]) ? [] : [_scores[row]]);
        var values = new Dictionary<string, string>();
        for (var s = 0; s < source.Names.Length; s++)
        {
            if (_segments?[row]?[s] is { } value)
            {
                values.Add(source.Names[s], value);
            }
        }

        return new FoundPrediction(source.Source, source.Model, _units[row], _times[row], scores, values);
    }

    // The slots of rows that come, and of as many that have to leave for them.
    private void Fetch(ReadOnlySpan<UInt128> ids)
    {
        _table.Touch(ids);
        if (_count + ids.Length > maxRows)
        {
            _table.Touch(_ids.AsSpan(_first, Math.Min(ids.Length, _ids.Length - _first)));
        }
    }

    private void Add(UInt128 id, PredictionBatch batch, int i, RecentSource source, LoggedColumn? scores)
    {
        var score = source.Model.Score(scores, i, out var several);
        var bytes = source.BytesOf(several?.Length ?? 1);
        while (_count > 0 && (_count >= maxRows || _bytes + bytes > maxBytes))
        {
            Evict();
        }

        if (_count == _ids.Length)
        {
            Grow();
        }

        var row = (_first + _count++) % _ids.Length;
        (_ids[row], _times[row], _units[row], _scores[row], _sources[row]) = (id, batch.EventTimes[i], batch.Units[i], score, source);
        _bytes += bytes;
        _table.Add(id, row);
        if (several is not null)
        {
            (_vectors ??= new double[]?[_ids.Length])[row] = several;
        }

        if (source.Names.Length > 0)
        {
            (_segments ??= new string?[]?[_ids.Length])[row] = Array.ConvertAll(source.Names, name => source.Value(batch, name, i));
        }
    }

    private void Evict()
    {
        var row = _first;
        _table.Remove(_ids[row], row);
        _bytes -= _sources[row]!.BytesOf(_vectors?[row]?.Length ?? 1);
        _sources[row] = null;
        _vectors?[row] = null;
        _segments?[row] = null;
        _first = (_first + 1) % _ids.Length;
        _count--;
        Evictions++;
    }

    // Twice as much, with the oldest row at its beginning.
    private void Grow()
    {
        var size = 2 * _ids.Length;
        Move(ref _ids);
        Move(ref _times);
        Move(ref _units);
        Move(ref _scores);
        Move(ref _sources);
        if (_vectors is not null)
        {
            Move(ref _vectors);
        }

        if (_segments is not null)
        {
            Move(ref _segments);
        }

        _first = 0;
        _table = new RecentTable(size);
        for (var row = 0; row < _count; row++)
        {
            _table.Add(_ids[row], row);
        }

        void Move<T>(ref T[] values)
        {
            var larger = new T[size];
            values.AsSpan(_first).CopyTo(larger);
            values.AsSpan(0, _first).CopyTo(larger.AsSpan(values.Length - _first));
            values = larger;
        }
    }

    private RecentSource Source(PredictionBatch batch, OutcomeModel model, string[] names)
    {
        const int MaxKnown = 64;

        if (_known.Find(known => known.Fits(batch, model, names)) is { } fits)
        {
            return fits;
        }

        if (_known.Count == MaxKnown)
        {
            _known.RemoveAt(0);
        }

        var source = new RecentSource(batch.Source, model, names);
        _known.Add(source);
        return source;
    }

    // A key for each deployment: the same id is another prediction there.
    private long Key(string deployment)
    {
        if (!_keys.TryGetValue(deployment, out var key))
        {
            _keys[deployment] = key = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));
        }

        return key;
    }
}

/// <summary>A prediction that an outcome was found for.</summary>
/// <param name="Source">Who answered.</param>
/// <param name="Model">How labels are read.</param>
/// <param name="Unit">The randomised unit; 0 for a row that was not randomised.</param>
/// <param name="PredictedAt">When it happened, UTC ticks.</param>
/// <param name="Scores">Its scores; empty where they are missing.</param>
/// <param name="Segments">Its segments.</param>
internal sealed record FoundPrediction(
    PredictionSource Source, OutcomeModel Model, ulong Unit, long PredictedAt, double[] Scores, IReadOnlyDictionary<string, string> Segments)
{
    /// <summary>A row that was read from the log.</summary>
    public static FoundPrediction Of(PredictionBatch batch, int row, OutcomeModel model) =>
        new(batch.Source, model, batch.Units[row], batch.EventTimes[row], model.Scores(model.FindScores(batch), row), new RowSegments(batch, row));

    /// <summary>The prediction with its truth.</summary>
    public JoinedOutcome Join(string id, string label, long knownAt) => new(
        Source, id, Unit, new DateTimeOffset(PredictedAt, TimeSpan.Zero), new DateTimeOffset(knownAt, TimeSpan.Zero), label, Scores, Segments);
}
