using System.Globalization;
using System.Runtime.InteropServices;
using Slipway.Inference.Tensors;
using Slipway.Rollouts.Releases;

namespace Slipway.Monitoring.Log.Recording;

/// <summary>The rows of one batch, filled call by call; their number is known before.</summary>
internal sealed class RowsBuilder
{
    private readonly int _rows;
    private readonly IdColumn.Builder _ids;
    private readonly CallColumns _calls;
    private readonly long[] _eventTimes;
    private readonly long[] _arrivals;
    private readonly double[] _milliseconds;
    private readonly bool[] _failed;
    private readonly string?[] _keys;
    private readonly ulong[] _units;
    private readonly Dictionary<string, string?[]> _segments = new(StringComparer.Ordinal);
    private readonly ColumnLayout _layout;
    private readonly LoggedColumn[] _columns;
    private readonly double[]?[] _numbers;
    private string?[]? _errors;
    private int _next;

    public RowsBuilder(int rows, ColumnLayout layout)
    {
        _rows = rows;
        _ids = new IdColumn.Builder(rows);
        _calls = CallColumns.Create(rows);

        // Not cleared where each row writes its value.
        _eventTimes = GC.AllocateUninitializedArray<long>(rows);
        _arrivals = GC.AllocateUninitializedArray<long>(rows);
        _milliseconds = GC.AllocateUninitializedArray<double>(rows);
        _failed = new bool[rows];
        _keys = new string?[rows];
        _units = new ulong[rows];
        _layout = layout;
        _columns = new LoggedColumn[layout.Columns.Length];
        _numbers = new double[]?[_columns.Length];
        for (var i = 0; i < _columns.Length; i++)
        {
            var (name, kind, _) = layout.Columns[i];
            _columns[i] = kind switch
            {
                ColumnKind.Number => new NumberValues(name, GC.AllocateUninitializedArray<double>(rows)),
                ColumnKind.Text => new TextValues(name, new string?[rows]),
                ColumnKind.Vector => new VectorValues(name, new double[]?[rows]),
                _ => new DigestValues(name, new TensorDigest?[rows]),
            };
            _numbers[i] = (_columns[i] as NumberValues)?.Values;
        }
    }

    /// <summary>Adds the rows of a call. Returns how many event times were ahead and not believed.</summary>
    public int Add(CallPlace call, EventTimeRule times)
    {
        ref readonly var header = ref call.Header;
        var route = call.Route;
        var future = 0;
        var stated = call.EventTimes;
        var keys = call.StickyKeys;
        AddIds(call, header);
        AddTimes(header);
        for (var i = 0; i < header.Rows; i++)
        {
            var row = _next + i;
            _arrivals[row] = header.Arrival;
            _milliseconds[row] = i == 0 ? header.Milliseconds : double.NaN;
            _failed[row] = route.Failed;
            _keys[row] = Of(keys, i);
            if (stated.Count == 0)
            {
                _eventTimes[row] = times.Missing(header.Arrival);
            }
            else
            {
                _eventTimes[row] = times.Stated(stated[stated.Count == 1 ? 0 : Math.Min(i, stated.Count - 1)], header.Arrival, out var isFuture);
                future += isFuture ? 1 : 0;
            }
        }

        if (call.Has(CallParts.Randomised) && route.Source.Rollout is { } rollout)
        {
            AddUnits(call, rollout, keys.Count > 0);
        }

        for (var i = 0; i < header.Segments; i++)
        {
            AddSegment(call.Segment(i), header.Rows);
        }

        if (call.Error is { } error)
        {
            _errors ??= new string?[_rows];
            _errors[_next] = error.ToString();
        }

        AddValues(call, route);
        _next += header.Rows;
        return future;
    }

    public PredictionBatch ToBatch(PredictionSource source) => new()
    {
        Source = source,
        Rows = _rows,
        Ids = _ids.ToColumn(),
        EventTimes = _eventTimes,
        Arrivals = _arrivals,
        Milliseconds = _milliseconds,
        Calls = _calls,
        Failed = _failed,
        Errors = _errors,
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

    // Of several rows each has the call's id and its number.
    private void AddIds(CallPlace call, in CallHeader header)
    {
        var id = call.RequestId;
        if (header.Rows == 1)
        {
            if (id is null)
            {
                _ids.Add(header.GeneratedId);
            }
            else
            {
                _ids.Add(id);
            }

            return;
        }

        id ??= header.GeneratedId.ToString();
        for (var i = 0; i < header.Rows; i++)
        {
            _ids.Add(string.Create(CultureInfo.InvariantCulture, $"{id}/{i}"));
        }
    }

    // What is of the call stands in its first row.
    private void AddTimes(in CallHeader header)
    {
        var timing = header.Timing;
        (_calls.Parse[_next], _calls.Queue[_next], _calls.Run[_next], _calls.Write[_next]) = (timing.Parse, timing.Queue, timing.Run, timing.Write);
        (_calls.Batch[_next], _calls.BatchRows[_next]) = (timing.Batch, timing.BatchRows);
        if (header.Rows > 1)
        {
            foreach (var column in (ReadOnlySpan<float[]>)[_calls.Parse, _calls.Queue, _calls.Run, _calls.Write])
            {
                column.AsSpan(_next + 1, header.Rows - 1).Fill(float.NaN);
            }

            _calls.Batch.AsSpan(_next + 1, header.Rows - 1).Clear();
            _calls.BatchRows.AsSpan(_next + 1, header.Rows - 1).Clear();
        }
    }

    private void AddUnits(CallPlace call, string rollout, bool hasKeys)
    {
        if (!hasKeys)
        {
            // The request as a whole was assigned: its first row stands for it, so that it counts as one unit.
            _units[_next] = RequestUnit(call, rollout);
            return;
        }

        var isCounted = false;
        for (var i = 0; i < call.Rows; i++)
        {
            var row = _next + i;
            if (_keys[row] is { Length: > 0 } key)
            {
                _units[row] = i > 0 && key == _keys[row - 1] ? _units[row - 1] : RolloutUnits.Hash(rollout, key);
            }
            else if (!isCounted)
            {
                // An empty key is none, as it is for the routing.
                _units[row] = RequestUnit(call, rollout);
                isCounted = true;
            }
        }
    }

    private static ulong RequestUnit(CallPlace call, string rollout)
    {
        Span<char> text = stackalloc char[IdColumn.Builder.GuidLength];
        call.Header.GeneratedId.TryFormat(text, out _);
        return call.RequestId is { } id ? RolloutUnits.Hash(rollout, id) : RolloutUnits.Hash(rollout, text);
    }

    private void AddSegment((string Name, IReadOnlyList<string> Values) segment, int rows)
    {
        if (!_segments.TryGetValue(segment.Name, out var column))
        {
            _segments[segment.Name] = column = new string?[_rows];
        }

        for (var i = 0; i < rows; i++)
        {
            column[_next + i] = Of(segment.Values, i);
        }
    }

    private void AddValues(CallPlace call, CallRoute route)
    {
        if (route.Failed)
        {
            // Other kinds are missing as they are; a number must say so.
            foreach (var numbers in _numbers)
            {
                numbers?.AsSpan(_next, call.Rows).Fill(double.NaN);
            }

            return;
        }

        var data = call.Block.Data(call.At);
        if (route.Singles && call.Rows == 1)
        {
            AddSingles(route, data);
            return;
        }

        var first = 0;
        if (route.Matrix is { } matrix)
        {
            AddMatrix(MemoryMarshal.Cast<byte, double>(TensorBytes.Read(ref data, matrix, call.Rows)), route.InputCount);
            first = route.InputCount;
        }

        for (var i = first; i < _columns.Length; i++)
        {
            ref readonly var tensor = ref route.Columns[i];
            AddValues(TensorBytes.Read(ref data, tensor, call.Rows), tensor, call.Rows, _columns[i]);
        }
    }

    // One row of single numbers is what most requests to models of tables are: each number is eight bytes on.
    private void AddSingles(CallRoute route, ReadOnlySpan<byte> data)
    {
        var tensors = route.Columns;
        for (var i = 0; i < tensors.Length; i++)
        {
            var value = data.Slice(i * sizeof(double), sizeof(double));
            var numbers = _numbers[i]!;
            switch (tensors[i].Type)
            {
                case TensorType.Float64:
                    numbers[_next] = MemoryMarshal.Read<double>(value);
                    break;
                case TensorType.Float32:
                    numbers[_next] = MemoryMarshal.Read<float>(value);
                    break;
                case var type:
                    TensorRows.Numbers(value[..type.Size()], type, numbers.AsSpan(_next, 1));
                    break;
            }
        }
    }

    // Columns out of rows.
    private void AddMatrix(ReadOnlySpan<double> data, int columns)
    {
        for (var column = 0; column < columns; column++)
        {
            var target = _numbers[column].AsSpan(_next);
            for (int from = column, row = 0; from < data.Length; from += columns)
            {
                target[row++] = data[from];
            }
        }
    }

    private void AddValues(ReadOnlySpan<byte> data, in RouteTensor tensor, int all, LoggedColumn column)
    {
        var rows = tensor.ByRow ? all : 1;
        var bytes = data.Length / rows;
        switch (column)
        {
            case NumberValues numbers:
                TensorRows.Numbers(data, tensor.Type, numbers.Values.AsSpan(_next, rows));
                numbers.Values.AsSpan(_next + rows, all - rows).Fill(double.NaN);
                break;

            case TextValues texts:
                for (var i = 0; i < rows; i++)
                {
                    texts.Values[_next + i] = TensorRows.Text(ref data, tensor.Elements);
                }

                break;

            case VectorValues vectors:
                for (var i = 0; i < rows; i++)
                {
                    var vector = new double[tensor.Elements];
                    TensorRows.Numbers(data.Slice(i * bytes, bytes), tensor.Type, vector);
                    vectors.Values[_next + i] = vector;
                }

                break;

            case DigestValues digests:
                for (var i = 0; i < rows; i++)
                {
                    digests.Values[_next + i] = tensor.Type == TensorType.Bytes
                        ? TensorRows.TextDigest(ref data, tensor.Elements, tensor.Shape)
                        : TensorRows.Digest(data.Slice(i * bytes, bytes), tensor.Type, tensor.Shape);
                }

                break;
        }
    }
}
