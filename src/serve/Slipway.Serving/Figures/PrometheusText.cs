using System.Globalization;
using System.Text;

namespace Slipway.Serving.Figures;

/// <summary>Writes the figures in Prometheus' text format. Labels are deployments and their versions, both bounded, so the number of series is too.</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Write(ServingFigures figures, IEnumerable<ServerCounter> others)
    {
        var series = figures.List().Select(f => (Labels: Labels(f.Deployment, f.Recorder), Totals: f.Recorder.ReadTotals())).ToList();
        var text = new StringBuilder(4096);

        Head(text, "slipway_requests_total", "counter", "Requests answered, errors included.");
        foreach (var (labels, totals) in series)
        {
            Line(text, "slipway_requests_total", labels, totals.Sum.Requests);
        }

        Head(text, "slipway_request_errors_total", "counter", "Requests that were answered with an error.");
        foreach (var (labels, totals) in series)
        {
            Line(text, "slipway_request_errors_total", labels, totals.Sum.Errors);
        }

        Head(text, "slipway_rows_total", "counter", "Rows scored.");
        foreach (var (labels, totals) in series)
        {
            Line(text, "slipway_rows_total", labels, totals.Sum.Rows);
        }

        Head(text, "slipway_request_duration_seconds", "histogram", "Time of a request in the server.");
        foreach (var (labels, totals) in series)
        {
            long below = 0;
            for (var i = 0; i < totals.Histogram.Length; i++)
            {
                below += totals.Histogram[i];
                var bound = i < DurationBuckets.Bounds.Length ? DurationBuckets.Bounds[i].ToString("0.#####", CultureInfo.InvariantCulture) : "+Inf";
                Line(text, "slipway_request_duration_seconds_bucket", $"{labels},le=\"{bound}\"", below);
            }

            Line(text, "slipway_request_duration_seconds_sum", labels, totals.Sum.TotalSeconds);
            Line(text, "slipway_request_duration_seconds_count", labels, below);
        }

        foreach (var counter in others)
        {
            Head(text, counter.Name, "counter", counter.Help);
            text.Append(counter.Name).Append(' ').Append(counter.Value.ToString(CultureInfo.InvariantCulture)).Append('\n');
        }

        return text.ToString();
    }

    private static void Head(StringBuilder text, string name, string type, string help) =>
        text.Append("# HELP ").Append(name).Append(' ').Append(help).Append("\n# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

    private static void Line(StringBuilder text, string name, string labels, double value) =>
        text.Append(name).Append('{').Append(labels).Append("} ").Append(value.ToString(CultureInfo.InvariantCulture)).Append('\n');

    // Names and versions follow ResourceName and SemanticVersion: nothing in them needs an escape.
    private static string Labels(string deployment, VersionRecorder recorder) =>
        $"deployment=\"{deployment}\",model=\"{recorder.Version.Model}\",version=\"{recorder.Version.Version}\"";
}
