using Slipway.Inference.Tensors;

namespace Slipway.Monitoring.Log.Recording;

/// <summary>How the values of a column are kept.</summary>
internal enum ColumnKind
{
    Number,
    Text,
    Vector,
    Digest,
}

/// <summary>One input or output as the log keeps it.</summary>
internal readonly record struct LayoutColumn(string Name, ColumnKind Kind, bool IsOutput);

/// <summary>The columns of a batch: inputs, then outputs. Two layouts with the same columns in the same order are equal.</summary>
internal sealed class ColumnLayout(LayoutColumn[] columns) : IEquatable<ColumnLayout>
{
    /// <summary>The most elements of a row that are kept one by one.</summary>
    public const int MaxElements = 1024;

    /// <summary>What a failed call has when nothing is known of its version.</summary>
    public static ColumnLayout Empty { get; } = new([]);

    public ReadOnlySpan<LayoutColumn> Columns => columns;

    public int InputCount { get; } = columns.Count(c => !c.IsOutput);

    /// <summary>The layout of a call's tensors.</summary>
    public static ColumnLayout Of(PendingCall call)
    {
        var columns = new LayoutColumn[call.TensorCount];
        for (var i = 0; i < columns.Length; i++)
        {
            ref readonly var tensor = ref call.Tensors[i];
            columns[i] = new LayoutColumn(tensor.Name, Kind(call, tensor), i >= call.InputCount);
        }

        return new ColumnLayout(columns);
    }

    /// <summary>How many elements of the tensor belong to each row. A tensor that is not cut by rows belongs to the call, and so to its first row.</summary>
    public static int RowElements(PendingCall call, in TensorCopy tensor) => IsByRow(call, tensor) ? tensor.Count / call.Rows : tensor.Count;

    public static bool IsByRow(PendingCall call, in TensorCopy tensor) => tensor.Rank > 0 && call.Shape(tensor)[0] == call.Rows;

    /// <summary>True when the call's tensors fit this layout.</summary>
    public bool Fits(PendingCall call)
    {
        var tensors = call.Tensors;
        if (tensors.Length != columns.Length || call.InputCount != InputCount)
        {
            return false;
        }

        for (var i = 0; i < tensors.Length; i++)
        {
            // Names come from the signature, so the reference mostly settles it.
            var name = columns[i].Name;
            if ((!ReferenceEquals(tensors[i].Name, name) && tensors[i].Name != name) || Kind(call, tensors[i]) != columns[i].Kind)
            {
                return false;
            }
        }

        return true;
    }

    public bool Equals(ColumnLayout? other) => other is not null && columns.AsSpan().SequenceEqual(other.Columns);

    public override bool Equals(object? obj) => Equals(obj as ColumnLayout);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var column in columns)
        {
            hash.Add(column);
        }

        return hash.ToHashCode();
    }

    private static ColumnKind Kind(PendingCall call, in TensorCopy tensor)
    {
        // Most requests are one row of single values, which needs no look at shapes.
        if (tensor.Count == 1 && call.Rows == 1)
        {
            return tensor.Type == TensorType.Bytes ? ColumnKind.Text : ColumnKind.Number;
        }

        var elements = RowElements(call, tensor);
        return elements > MaxElements ? ColumnKind.Digest
            : tensor.Type == TensorType.Bytes ? ColumnKind.Text
            : elements == 1 ? ColumnKind.Number
            : ColumnKind.Vector;
    }
}
