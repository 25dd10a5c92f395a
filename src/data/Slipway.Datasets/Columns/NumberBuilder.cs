using Apache.Arrow;

namespace Slipway.Datasets.Columns;

/// <summary>Doubles; NaN where a value is missing.</summary>
internal sealed class NumberBuilder(string dataset, string name, int rows) : ColumnBuilder
{
    private double[] _values = GC.AllocateUninitializedArray<double>(rows);
    private int _length;

    public override void Append(IArrowArray values)
    {
        var numbers = (DoubleArray)values;
        _values = Grow(_values, _length + numbers.Length);
        var target = _values.AsSpan(_length, numbers.Length);
        numbers.Values.CopyTo(target);
        for (var i = 0; i < target.Length; i++)
        {
            if (numbers.NullCount > 0 && numbers.IsNull(i))
            {
                target[i] = double.NaN;
            }
            else if (double.IsInfinity(target[i]))
            {
                throw ProfileQuery.InfiniteValues(dataset, name);
            }
        }

        _length += numbers.Length;
    }

    public override Column Build() => new NumberColumn(name, Trim(_values, _length));
}
