using System.Globalization;
using Slipway.Rollouts.Releases;

namespace Slipway.Monitoring.Log.Recording;

/// <summary>The rows of one batch, filled call by call; their number is known before.</summary>
internal sealed class RowsBuilder
{
    private readonly int _rows;
    private readonly string[] _ids;
    private readonly long[] _eventTimes;
    private readonly long[] _arrivals;
    private readonly double[] _milliseconds;
    private readonly bool[] _failed;
    private readonly string?[] _keys;
    private readonly ulong[] _units;
    private readonly Dictionary<string, string?[]> _segments = new(StringComparer.Ordinal);
    private readonly ColumnLayout _layout;
    private readonly LoggedColumn[] _columns;
    private int _next;

    public RowsBuilder(int rows, ColumnLayout layout)
    {
        _rows = rows;
        _ids = new string[rows];
        _eventTimes = new long[rows];
        _arrivals = new long[rows];
        _milliseconds = new double[rows];
        _failed = new bool[rows];
        _keys = new string?[rows];
        _units = new ulong[rows];
        _layout = layout;
        _columns = new LoggedColumn[layout.Columns.Length];
        for (var i = 0; i < _columns.Length; i++)
        {
            var (name, kind, _) = layout.Columns[i];
            _columns[i] = kind switch
            {
                ColumnKind.Number => new NumberValues(name, new double[rows]),
                ColumnKind.Text => new TextValues(name, new string?[rows]),
                ColumnKind.Vector => new VectorValues(name, new double[]?[rows]),
                _ => new DigestValues(name, new TensorDigest?[rows]),
            };
        }
    }

    /// <summary>Adds the rows of a call. Returns how many event times were ahead and not believed.</summary>
    public int Add(PendingCall call, EventTimeRule times)
    {
        var future = 0;
        var id = call.RequestId ?? call.GeneratedId.ToString();
        for (var i = 0; i < call.Rows; i++)
        {
            var row = _next + i;
            _ids[row] = call.Rows == 1 ? id : string.Create(CultureInfo.InvariantCulture, $"{id}/{i}");
            _arrivals[row] = call.Arrival;
            _milliseconds[row] = i == 0 ? call.Milliseconds : double.NaN;
            _failed[row] = call.Failed;
            _keys[row] = Of(call.StickyKeys, i);
            if (call.EventTimes.Count == 0)
            {
                _eventTimes[row] = times.Missing(call.Arrival);
            }
            else
            {
                _eventTimes[row] = times.Stated(call.EventTimes[call.EventTimes.Count == 1 ? 0 : Math.Min(i, call.EventTimes.Count - 1)], call.Arrival, out var isFuture);
                future += isFuture ? 1 : 0;
            }
        }

        AddUnits(call, id);
        AddSegments(call);
        if (call.Failed)
        {
            // Other kinds are missing as they are; a number must say so.
            foreach (var column in _columns)
            {
                (column as NumberValues)?.Values.AsSpan(_next, call.Rows).Fill(double.NaN);
            }
        }
        else
        {
            for (var i = 0; i < _columns.Length; i++)
            {
                AddValues(call, call.Tensors[i], _columns[i]);
            }
        }

        _next += call.Rows;
        return future;
    }

    public PredictionBatch ToBatch(PredictionSource source) => new()
    {
        Source = source,
        Rows = _rows,
        Ids = _ids,
        EventTimes = _eventTimes,
        Arrivals = _arrivals,
        Milliseconds = _milliseconds,
        Failed = _failed,
        Keys = _keys,
        Units = _units,
        Segments = _segments,
        Inputs = _columns[.._layout.InputCount],
        Outputs = _columns[_layout.InputCount..],
    };

    private static string? Of(IReadOnlyList<string> values, int row) => values.Count switch
    {
        0 => null,
        1 => values[0],
        _ => row < values.Count ? values[row] : null,
    };

    private void AddUnits(PendingCall call, string id)
    {
        if (!call.Randomised || call.Rollout is null)
        {
            return;
        }

        if (call.StickyKeys.Count == 0)
        {
            // The request as a whole was assigned: its first row stands for it, so that it counts as one unit.
            _units[_next] = RolloutUnits.Hash(call.Rollout, id);
            return;
        }

        for (var i = 0; i < call.Rows; i++)
        {
            var row = _next + i;
            _units[row] = i > 0 && _keys[row] == _keys[row - 1] ? _units[row - 1]
                : _keys[row] is { } key ? RolloutUnits.Hash(call.Rollout, key)
                : 0;
        }
    }

    private void AddSegments(PendingCall call)
    {
        foreach (var (name, values) in call.Segments)
        {
            if (!_segments.TryGetValue(name, out var column))
            {
                _segments[name] = column = new string?[_rows];
            }

            for (var i = 0; i < call.Rows; i++)
            {
                column[_next + i] = Of(values, i);
            }
        }
    }

    private void AddValues(PendingCall call, in TensorCopy tensor, LoggedColumn column)
    {
        var data = call.Data(tensor);
        if (tensor.Count == 1 && column is NumberValues single)
        {
            TensorRows.Numbers(data, tensor.Type, single.Values.AsSpan(_next, 1));
            single.Values.AsSpan(_next + 1, call.Rows - 1).Fill(double.NaN);
            return;
        }

        var byRow = ColumnLayout.IsByRow(call, tensor);
        var rows = byRow ? call.Rows : 1;
        var elements = byRow ? tensor.Count / call.Rows : tensor.Count;
        var bytes = rows == 0 ? 0 : data.Length / rows;
        switch (column)
        {
            case NumberValues numbers:
                TensorRows.Numbers(data, tensor.Type, numbers.Values.AsSpan(_next, rows));
                numbers.Values.AsSpan(_next + rows, call.Rows - rows).Fill(double.NaN);
                break;

            case TextValues texts:
                for (var i = 0; i < rows; i++)
                {
                    texts.Values[_next + i] = TensorRows.Text(ref data, elements);
                }

                break;

            case VectorValues vectors:
                for (var i = 0; i < rows; i++)
                {
                    var vector = new double[elements];
                    TensorRows.Numbers(data.Slice(i * bytes, bytes), tensor.Type, vector);
                    vectors.Values[_next + i] = vector;
                }

                break;

            case DigestValues digests:
                var shape = byRow ? call.Shape(tensor)[1..] : call.Shape(tensor);
                for (var i = 0; i < rows; i++)
                {
                    digests.Values[_next + i] = tensor.Type == Inference.Tensors.TensorType.Bytes
                        ? TensorRows.TextDigest(ref data, elements, shape)
                        : TensorRows.Digest(data.Slice(i * bytes, bytes), tensor.Type, shape);
                }

                break;
        }
    }
}
