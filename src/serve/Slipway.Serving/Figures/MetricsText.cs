using System.Globalization;
using System.Text;

namespace Slipway.Serving.Figures;

/// <summary>
/// Writes metrics line by line, in Prometheus' text format or in OpenMetrics'. They differ in how counters are announced, in how bounds are written, in that only OpenMetrics has units and
/// exemplars, and in its end.
/// </summary>
internal sealed class MetricsText(bool openMetrics)
{
    public const string Prometheus = "text/plain; version=0.0.4; charset=utf-8";
    public const string OpenMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private readonly StringBuilder _text = new(16 << 10);
    private string _name = "";

    /// <summary>Begins a counter, whose name ends with <c>_total</c>.</summary>
    public void Counter(string name, string help) => Head(name, "counter", help);

    /// <summary>Begins a value that goes up and down.</summary>
    public void Gauge(string name, string help) => Head(name, "gauge", help);

    /// <summary>Begins a histogram.</summary>
    public void Histogram(string name, string help) => Head(name, "histogram", help);

    /// <summary>A value of the metric that was begun last. <paramref name="labels"/> are written already (<see cref="Label"/>), or empty.</summary>
    public void Value(string labels, double value) => Line(_name, labels, Number(value));

    /// <summary>A histogram's buckets, sum and count.</summary>
    /// <param name="labels">Written already.</param>
    /// <param name="bounds">Upper bounds; above the last is one bucket more.</param>
    /// <param name="buckets">Each bucket for itself.</param>
    /// <param name="sum">The sum of what was observed.</param>
    /// <param name="exemplars">One observation a bucket, or null where none has one.</param>
    public void Buckets(string labels, ReadOnlySpan<double> bounds, ReadOnlySpan<long> buckets, double sum, ReadOnlySpan<Exemplar?> exemplars = default)
    {
        long below = 0;
        for (var i = 0; i < buckets.Length; i++)
        {
            below += buckets[i];
            Line($"{_name}_bucket", $"{labels},le=\"{(i < bounds.Length ? Bound(bounds[i]) : "+Inf")}\"", Number(below), exemplars.IsEmpty ? null : exemplars[i]);
        }

        Line($"{_name}_sum", labels, Number(sum));
        Line($"{_name}_count", labels, Number(below));
    }

    /// <summary>The whole text.</summary>
    public string End() => openMetrics ? _text.Append("# EOF\n").ToString() : _text.ToString();

    /// <summary>A label with its value, escaped.</summary>
    public static string Label(string name, string value) =>
        $"{name}=\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\"";

    private void Head(string name, string type, string help)
    {
        _name = name;
        var family = openMetrics && type == "counter" && name.EndsWith("_total", StringComparison.Ordinal) ? name[..^"_total".Length] : name;
        help = help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        _text.Append("# HELP ").Append(family).Append(' ').Append(openMetrics ? help.Replace("\"", "\\\"", StringComparison.Ordinal) : help).Append('\n');
        _text.Append("# TYPE ").Append(family).Append(' ').Append(type).Append('\n');
        if (openMetrics && Unit(family) is { } unit)
        {
            _text.Append("# UNIT ").Append(family).Append(' ').Append(unit).Append('\n');
        }
    }

    private void Line(string name, string labels, string value, Exemplar? exemplar = null)
    {
        _text.Append(name);
        if (labels.Length > 0)
        {
            _text.Append('{').Append(labels).Append('}');
        }

        _text.Append(' ').Append(value);
        if (openMetrics && exemplar is { } example)
        {
            _text.Append(" # {trace_id=\"").Append(example.Trace.ToHexString()).Append("\"} ").Append(Number(example.Value)).Append(' ')
                .Append(Number(example.At.ToUnixTimeMilliseconds() / 1000.0));
        }

        _text.Append('\n');
    }

    // OpenMetrics wants the unit to be the name's last part.
    private static string? Unit(string family) =>
        family.EndsWith("_seconds", StringComparison.Ordinal) ? "seconds" : family.EndsWith("_bytes", StringComparison.Ordinal) ? "bytes" : null;

    // OpenMetrics demands a fraction in bounds; the older format never had one, and a bound that is written otherwise is another series.
    private string Bound(double bound)
    {
        var text = bound.ToString("0.###########", CultureInfo.InvariantCulture);
        return openMetrics && double.IsInteger(bound) ? $"{text}.0" : text;
    }

    private static string Number(double value) => value.ToString(CultureInfo.InvariantCulture);
}
