using Slipway.Inference.Tensors;

namespace Slipway.Serving.Engine;

/// <summary>
/// Runs calls that have waited: takes those that fit together, puts their rows one below the other, runs the model once and gives each call its rows of the answer. The calls' own tensors
/// are only read before the run and only written after it, and every owner waits until then, so a caller who leaves meanwhile disturbs nobody. Used again and again; holds one of the
/// runner's instances from <see cref="Schedule"/> until it has nothing more to run.
/// </summary>
internal sealed class RunBatch(ModelRunner runner, TimeProvider time) : IThreadPoolWorkItem
{
    // Room for a shape; 16 is the most dimensions that a request may have.
    private const int MostDimensions = 16;

    private readonly TensorSet _inputs = new();
    private readonly TensorSet _outputs = new();
    private long _from;
    private long _until;

    /// <summary>The calls that were taken.</summary>
    public List<QueuedCall> Calls { get; } = [];

    /// <summary>Calls that had waited for too long when the batch was put together.</summary>
    public List<QueuedCall> Expired { get; } = [];

    /// <summary>
    /// Has the batch taken and run behind what the thread pool has to do already. Requests that are just being read thereby come in time to join; where nothing else is to be done it is at once.
    /// </summary>
    public void Schedule() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    void IThreadPoolWorkItem.Execute()
    {
        runner.Take(this);
        foreach (var call in Expired)
        {
            runner.FinishExpired(call);
        }

        Expired.Clear();
        if (Calls.Count > 0)
        {
            Run();
        }

        // One batch at a time: the requests that came meanwhile are read before the next.
        if (runner.HasMoreFor(this))
        {
            Schedule();
        }
    }

    private void Run()
    {
        var now = time.GetTimestamp();
        var rows = 0;
        foreach (var call in Calls)
        {
            call.Call.Taken(now);
            rows += call.Rows;
        }

        if (Calls.Count == 1 || !TryTogether(rows))
        {
            foreach (var call in Calls)
            {
                call.Finish(Alone(call));
            }
        }
        else
        {
            // The pool takes the last first.
            for (var i = Calls.Count - 1; i >= 0; i--)
            {
                Finish(Calls[i]);
            }
        }

        Calls.Clear();
    }

    private static void Finish(QueuedCall call)
    {
        if (call.IsAbandoned)
        {
            call.FinishAbandoned();
        }
        else
        {
            call.Finish(null);
        }
    }

    /// <summary>Runs one call; its failure is its own.</summary>
    private Exception? Alone(QueuedCall call)
    {
        if (call.IsAbandoned)
        {
            return new OperationCanceledException();
        }

        try
        {
            runner.Run(call.Call, call.Rows, call.Lease);
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    /// <summary>False when something is wrong with a row or with the model's shapes; then each call is run by itself, so that it fails only the one that is to blame.</summary>
    private bool TryTogether(int rows)
    {
        try
        {
            Gather(rows);
            _from = time.GetTimestamp();
            Calls[0].Lease.Model.Run(_inputs, _outputs);
            _until = time.GetTimestamp();
            if (!AnswersRows(rows))
            {
                runner.StopBatching();
                return false;
            }

            Scatter(rows);
            runner.Learn(rows, _until - _from);
            return true;
        }
        catch (Exception)
        {
            // Whatever it was, it comes again in the run of the call that caused it, and is told there.
            return false;
        }
        finally
        {
            // Texts keep the bodies of requests alive.
            _inputs.Clear();
            _outputs.Clear();
        }
    }

    private void Gather(int rows)
    {
        Span<long> dimensions = stackalloc long[MostDimensions];
        var like = Calls[0].Call.Inputs;
        for (var i = 0; i < like.Count; i++)
        {
            var target = Add(_inputs, like[i], rows, dimensions);
            var at = 0;
            foreach (var call in Calls)
            {
                at += Copy(call.Call.Inputs[i], 0, target, at, call.Call.Inputs[i].Count);
            }
        }
    }

    private bool AnswersRows(int rows)
    {
        for (var i = 0; i < _outputs.Count; i++)
        {
            if (_outputs[i].Rank == 0 || _outputs[i].Shape[0] != rows)
            {
                return false;
            }
        }

        return true;
    }

    private void Scatter(int rows)
    {
        Span<long> dimensions = stackalloc long[MostDimensions];
        var id = runner.NextBatch();
        var first = 0;
        foreach (var call in Calls)
        {
            var outputs = call.Call.Outputs;
            outputs.Clear();
            for (var i = 0; i < _outputs.Count; i++)
            {
                var target = Add(outputs, _outputs[i], call.Rows, dimensions);
                var width = _outputs[i].Count / rows;
                Copy(_outputs[i], first * width, target, 0, target.Count);
            }

            first += call.Rows;
            call.Call.Ran(_from, _until);
            call.Call.BatchId = id;
            call.Call.BatchRows = rows;
        }
    }

    // A tensor like another, with its own number of rows.
    private static Tensor Add(TensorSet set, Tensor like, int rows, Span<long> dimensions)
    {
        var shape = like.Rank <= dimensions.Length ? dimensions[..like.Rank] : new long[like.Rank];
        like.Shape.CopyTo(shape);
        shape[0] = rows;
        return set.Add(like.Name, like.Type, shape);
    }

    private static int Copy(Tensor source, int from, Tensor target, int to, int count)
    {
        if (source.Type == TensorType.Bytes)
        {
            source.Items.Slice(from, count).CopyTo(target.Items[to..]);
        }
        else
        {
            var size = source.Type.Size();
            source.Raw.Slice(from * size, count * size).CopyTo(target.Raw[(to * size)..]);
        }

        return count;
    }
}
