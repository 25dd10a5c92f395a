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

    /// <summary>The layout of a call's tensors, inputs first.</summary>
    public static ColumnLayout Of(ReadOnlySpan<RouteTensor> tensors, int inputs)
    {
        var columns = new LayoutColumn[tensors.Length];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = new LayoutColumn(tensors[i].Name, Kind(tensors[i]), i >= inputs);
        }

        return new ColumnLayout(columns);
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

    private static ColumnKind Kind(in RouteTensor tensor) =>
        tensor.Elements > MaxElements ? ColumnKind.Digest
        : tensor.Type == TensorType.Bytes ? ColumnKind.Text
        : tensor.Elements == 1 ? ColumnKind.Number
        : ColumnKind.Vector;
}
