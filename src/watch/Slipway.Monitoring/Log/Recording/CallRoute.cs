using Slipway.Inference;
using Slipway.Inference.Tensors;

namespace Slipway.Monitoring.Log.Recording;

/// <summary>
/// What calls that follow each other have in common: who answered, and what their tensors look like. Kept once for thousands of calls, so that a call's copy is its numbers and little else.
/// </summary>
internal sealed class CallRoute
{
    private readonly RouteTensor[] _tensors;
    private readonly RouteTensor? _matrix;

    public CallRoute(in RecordedCall call)
    {
        Source = new PredictionSource(call.Deployment, call.Version, call.Role, call.Rollout, call.Weight, call.Share);
        Failed = call.Failed;
        var (inputs, outputs) = (Failed ? [] : Tensors(call.Inputs, call.Rows), Failed ? [] : Tensors(call.Outputs, call.Rows));
        if (!Failed && call.Signature is { } signature && SignatureCheck.IsMatrix(signature, call.Inputs))
        {
            // The columns have names, by which they are watched and looked up however they were sent.
            _matrix = inputs[0];
            inputs = [.. signature.Inputs.Select(column => new RouteTensor(column.Name))];
        }

        InputCount = inputs.Length;
        _tensors = [.. inputs, .. outputs];

        Layout = ColumnLayout.Of(_tensors, InputCount);
        Singles = Array.TrueForAll(_tensors, t => t is { Elements: 1, Type: not TensorType.Bytes });
    }

    public PredictionSource Source { get; }

    /// <summary>True for calls that failed: they have no tensors.</summary>
    public bool Failed { get; }

    public int InputCount { get; }

    /// <summary>Inputs, then outputs; where the inputs were sent as one matrix, its columns.</summary>
    public ReadOnlySpan<RouteTensor> Columns => _tensors;

    /// <summary>The one matrix in which the inputs lie row by row, or null.</summary>
    public RouteTensor? Matrix => _matrix;

    /// <summary>The columns of its rows. Equal layouts become one when a batch is made.</summary>
    public ColumnLayout Layout { get; set; }

    /// <summary>True when all tensors are one number a row, as those of tables are.</summary>
    public bool Singles { get; }

    /// <summary>The block that last had calls of this route, which use of it that was, and the route's number there.</summary>
    public CallBlock? Block { get; set; }

    public int Use { get; set; }

    public int Number { get; set; }

    /// <summary>True when the call goes this way.</summary>
    public bool Fits(in RecordedCall call)
    {
        // The names come from the snapshot that requests share, so the references mostly settle it.
        if (!Same(Source.Deployment, call.Deployment)
            || !(ReferenceEquals(Source.Version, call.Version) || Source.Version == call.Version)
            || !Same(Source.Role, call.Role)
            || !Same(Source.Rollout, call.Rollout)
            || !Source.Weight.Equals(call.Weight)
            || !Source.Share.Equals(call.Share)
            || Failed != call.Failed)
        {
            return false;
        }

        if (Failed)
        {
            return true;
        }

        return (_matrix is { } matrix
                ? call.Inputs.Count == 1 && matrix.Fits(call.Inputs[0], call.Rows)
                : Fit(_tensors.AsSpan(0, InputCount), call.Inputs, call.Rows))
            && Fit(_tensors.AsSpan(InputCount), call.Outputs, call.Rows);
    }

    private static RouteTensor[] Tensors(TensorSet tensors, int rows)
    {
        var known = new RouteTensor[tensors.Count];
        for (var i = 0; i < known.Length; i++)
        {
            known[i] = new RouteTensor(tensors[i], rows);
        }

        return known;
    }

    private static bool Fit(ReadOnlySpan<RouteTensor> known, TensorSet tensors, int rows)
    {
        if (known.Length != tensors.Count)
        {
            return false;
        }

        for (var i = 0; i < known.Length; i++)
        {
            if (!known[i].Fits(tensors[i], rows))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Same(string? a, string? b) => ReferenceEquals(a, b) || a == b;
}

/// <summary>What is known of a tensor before its values.</summary>
internal readonly struct RouteTensor
{
    private readonly long[] _shape;

    public RouteTensor(Tensor tensor, int rows)
    {
        var shape = tensor.Shape;
        Name = tensor.Name;
        Type = tensor.Type;
        ByRow = IsByRow(shape, rows);
        Elements = ByRow ? tensor.Count / rows : tensor.Count;
        _shape = (ByRow ? shape[1..] : shape).ToArray();
    }

    /// <summary>A column of a matrix, which is of FP64: one number a row.</summary>
    public RouteTensor(string name)
    {
        (Name, Type, ByRow, Elements) = (name, TensorType.Float64, true, 1);
        _shape = [];
    }

    public string Name { get; }

    public TensorType Type { get; }

    /// <summary>True when the first dimension is that of the rows. Another tensor belongs to the call, and so to its first row.</summary>
    public bool ByRow { get; }

    /// <summary>The elements of a row.</summary>
    public int Elements { get; }

    /// <summary>The dimensions of a row.</summary>
    public ReadOnlySpan<long> Shape => _shape;

    public bool Fits(Tensor tensor, int rows)
    {
        var shape = tensor.Shape;
        return (ReferenceEquals(Name, tensor.Name) || Name == tensor.Name)
            && Type == tensor.Type
            && ByRow == IsByRow(shape, rows)
            && (ByRow ? shape[1..] : shape).SequenceEqual(_shape);
    }

    private static bool IsByRow(ReadOnlySpan<long> shape, int rows) => shape.Length > 0 && shape[0] == rows;
}
