using Apache.Arrow;
using Slipway.Core.Errors;

namespace Slipway.Datasets.Columns;

/// <summary>Points in time from microseconds since 1970; a time of day lies on that day.</summary>
internal sealed class TimeBuilder(string dataset, string name) : ColumnBuilder
{
    private static readonly long First = (DateTime.MinValue.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
    private static readonly long Last = (DateTime.MaxValue.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    private DateTime?[] _values = [];
    private int _length;

    public override void Append(IArrowArray values)
    {
        var micros = (Int64Array)values;
        _values = Grow(_values, _length + micros.Length);
        for (var i = 0; i < micros.Length; i++)
        {
            _values[_length + i] = micros.IsNull(i) ? null : Time(micros.Values[i]);
        }

        _length += micros.Length;
    }

    public override Column Build() => new TimeColumn(name, Trim(_values, _length));

    private DateTime Time(long micros) => micros >= First && micros <= Last
        ? DateTime.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond)
        : throw new SlipwayException(ErrorKind.InvalidInput, $"The column '{name}' of {dataset} holds a time outside the years 1 to 9999. Filter such rows, or set the value to null.");
}
