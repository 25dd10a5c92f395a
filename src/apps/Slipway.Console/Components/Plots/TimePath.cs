using System.Globalization;
using System.Text;
using Slipway.Console.Reading;

namespace Slipway.Console.Components.Plots;

/// <summary>Writes paths over event time, as SVG's <c>d</c>.</summary>
internal static class TimePath
{
    /// <summary>A line through values; a null leaves a gap, a value between two gaps is a dot where the stroke's ends are round.</summary>
    public static string Line(TimeAxis axis, Axis y, IEnumerable<(DateTimeOffset At, double? Value)> points)
    {
        var path = new StringBuilder();
        var pen = 'M';
        foreach (var (at, value) in points)
        {
            if (value is not { } v || !double.IsFinite(v))
            {
                pen = 'M';
                continue;
            }

            path.Append(CultureInfo.InvariantCulture, $"{pen}{axis.X(at)} {Y(y, v)}");
            path.Append(pen == 'M' ? "h0" : "");
            pen = 'L';
        }

        return path.ToString();
    }

    /// <summary>Values that hold until the next one: the last until the axis ends, or until <paramref name="until"/>.</summary>
    public static string Steps(TimeAxis axis, Axis y, IReadOnlyList<(DateTimeOffset At, double Value)> points, DateTimeOffset? until = null)
    {
        var path = new StringBuilder();
        foreach (var (at, value) in points)
        {
            path.Append(path.Length == 0 ? $"M{axis.X(at)} {Y(y, value)}" : $"H{axis.X(at)}V{Y(y, value)}");
        }

        return path.Length == 0 ? "" : $"{path}H{axis.X(until ?? axis.To)}";
    }

    /// <summary>The area between two values of each point, each unbroken stretch closed for itself; a single point is an upright line.</summary>
    public static string Band(TimeAxis axis, Axis y, IEnumerable<(DateTimeOffset At, double Low, double High)?> points)
    {
        var path = new StringBuilder();
        var stretch = new List<(DateTimeOffset At, double Low, double High)>();
        foreach (var point in points.Append(null))
        {
            if (point is { } p && double.IsFinite(p.Low) && double.IsFinite(p.High))
            {
                stretch.Add(p);
                continue;
            }

            if (stretch.Count > 0)
            {
                path.Append('M').AppendJoin('L', stretch.Select(s => $"{axis.X(s.At)} {Y(y, s.High)}"))
                    .Append('L').AppendJoin('L', stretch.AsEnumerable().Reverse().Select(s => $"{axis.X(s.At)} {Y(y, s.Low)}")).Append('Z');
                stretch.Clear();
            }
        }

        return path.ToString();
    }

    /// <summary>Dots; the stroke's round ends draw them.</summary>
    public static string Dots(TimeAxis axis, Axis y, IEnumerable<(DateTimeOffset At, double Value)> points) =>
        string.Concat(points.Select(p => $"M{axis.X(p.At)} {Y(y, p.Value)}h0"));

    /// <summary>A strip along the foot of the plot below the points that hold, each as wide as the way to the one before it.</summary>
    public static string Strip(TimeAxis axis, IReadOnlyList<(DateTimeOffset At, bool Holds)> points, TimeSpan bucket)
    {
        var path = new StringBuilder();
        DateTimeOffset? from = null;
        for (var i = 0; i <= points.Count; i++)
        {
            if (i < points.Count && points[i].Holds)
            {
                from ??= i > 0 ? points[i - 1].At : points[i].At - bucket;
            }
            else if (from is { } start)
            {
                path.Append(CultureInfo.InvariantCulture, $"M{axis.X(start)} 98.5H{axis.X(points[i - 1].At)}");
                from = null;
            }
        }

        return path.ToString();
    }

    private static string Y(Axis y, double value) => Say.Place(100 - (Math.Clamp(y.Place(value), 0, 1) * 100));
}
