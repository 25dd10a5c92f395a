using System.Globalization;
using Slipway.Core.Units;
using Slipway.Monitoring.Diff;

namespace Slipway.Output;

/// <summary>A comparison of two versions in lines of 80 columns: what differs first, what is the same in one line at the end.</summary>
internal static class DiffView
{
    private const int MostColumns = 12;
    private const int MostSegments = 20;
    private const int MostInputs = 3;
    private static readonly string[] FirstMetrics = ["rmse", "log_loss", "accuracy"];

    public static IEnumerable<string> Lines(VersionDiff diff)
    {
        var (a, b) = Names(diff);
        yield return $"{diff.A.Model}@{diff.A.Version} → {diff.B.Model}@{diff.B.Version}";
        yield return "";
        foreach (var line in TextLines.Table(
        [
            ["", a, b],
            ["state", Word(diff.A.State), Word(diff.B.State)],
            ["registered", Moment(diff.A.CreatedAt), Moment(diff.B.CreatedAt)],
            ["commit", Short(diff.A.Commit), Short(diff.B.Commit)],
            ["artifact", $"{diff.A.Format} {Short(diff.A.ArtifactDigest)}", $"{diff.B.Format} {Short(diff.B.ArtifactDigest)}"],
            ["size", Size(diff.A.Bytes), Size(diff.B.Bytes)],
            .. diff.SameRows.Speed is { } speed ? [["speed", Speed(speed.A), Speed(speed.B)]] : Array.Empty<string[]>(),
        ]))
        {
            yield return line;
        }

        foreach (var line in Sections(diff, a, b).SelectMany(section => section.Prepend("")))
        {
            yield return line;
        }
    }

    private static IEnumerable<IEnumerable<string>> Sections(VersionDiff diff, string a, string b)
    {
        var same = new List<string>();
        if (diff.Signature.Breaking.Count + diff.Signature.Compatible.Count > 0)
        {
            yield return Signature(diff.Signature, a);
        }
        else
        {
            same.Add("signature");
        }

        yield return Callers(diff.Callers, a, b);
        if (diff.Recipe.Count > 0)
        {
            yield return TextLines.Table([["recipe", a, b], .. diff.Recipe.Select(value => new[] { value.Name, value.A ?? "–", value.B ?? "–" })]).Prepend("Recipe");
        }
        else
        {
            same.Add("recipe");
        }

        if (diff.Data.Same)
        {
            same.Add("data");
        }
        else
        {
            yield return Data(diff.Data, a, b);
        }

        yield return SameRows(diff.SameRows, a, b);
        if (diff.Registered.Count > 0 && !diff.Registered.SequenceEqual(diff.SameRows.Metrics))
        {
            yield return Metrics(diff.Registered, a, b).Prepend("Metrics as registered, each on the rows that its own training held out");
        }

        if (same.Count > 0)
        {
            yield return [$"The same: {string.Join(", ", same)}."];
        }
    }

    private static IEnumerable<string> Signature(SignatureDiff signature, string a) =>
        signature.Breaking.SelectMany(change => TextLines.Wrap(change, "    ", "  ! "))
            .Concat(signature.Compatible.SelectMany(change => TextLines.Wrap(change, "    ", "    ")))
            .Prepend(signature.Breaking.Count > 0 ? $"Signature: ! breaks callers of {a}" : "Signature: no caller breaks");

    private static IEnumerable<string> Callers(CallersDiff callers, string a, string b)
    {
        yield return "Callers";
        if (callers.Note is { } note)
        {
            foreach (var line in TextLines.Wrap(note))
            {
                yield return line;
            }

            yield break;
        }

        var told = $"Of the newest {Count(callers.Requests, "recorded row")} that {a} answered ({string.Join(", ", callers.Deployments)}), {b} would take {Number(callers.Served)} and refuse {Number(callers.Refused)}."
            + (callers.Untold > 0 ? $" Of {Number(callers.Untold)} the log has not kept enough to tell." : "");
        foreach (var line in TextLines.Wrap(told)
            .Concat(callers.Lacking.Count > 0 ? TextLines.Wrap($"Not every caller sends: {string.Join(", ", callers.Lacking)}.") : [])
            .Concat(callers.Extra.Count > 0 ? TextLines.Wrap($"Sent, and not known: {string.Join(", ", callers.Extra)}.") : [])
            .Concat(callers.Reasons.SelectMany(reason => TextLines.Wrap($"{Number(reason.Rows)} × {reason.Sentence}", "    ", "  ! "))))
        {
            yield return line;
        }
    }

    private static IEnumerable<string> Data(DataDiff data, string a, string b)
    {
        yield return "Data";
        foreach (var line in TextLines.Table([["", a, b], ["dataset", Dataset(data.A), Dataset(data.B)], ["rows", Rows(data.A), Rows(data.B)], ["columns", Columns(data.A), Columns(data.B)]]))
        {
            yield return line;
        }

        if (data.Columns.Count > 0)
        {
            yield return "";
            foreach (var line in TextLines.Table(
                [["column", "change", "missing", "→", "mean", "→", "PSI"], .. data.Columns.Take(MostColumns).Select(Column)], 2, 3, 4, 5, 6))
            {
                yield return line;
            }
        }

        if (data.Columns.Count > MostColumns)
        {
            yield return $"  … and {data.Columns.Count - MostColumns} columns more; --json has all.";
        }

        foreach (var line in data.Note is { } note ? TextLines.Wrap(note) : [])
        {
            yield return line;
        }
    }

    private static string[] Column(ColumnDiff column) =>
    [
        column.Column,
        column.Change == "type" ? $"{column.TypeA} → {column.TypeB}" : column.Change,
        Share(column.MissingA), Share(column.MissingB), Figure(column.MeanA), Figure(column.MeanB), column.Psi is { } psi ? psi.ToString("0.000", CultureInfo.InvariantCulture) : "–",
    ];

    private static IEnumerable<string> SameRows(SameRowsDiff rows, string a, string b)
    {
        yield return "On the same rows";
        foreach (var line in TextLines.Wrap(rows.Source))
        {
            yield return line;
        }

        if (rows.Metrics.Count > 0)
        {
            yield return "";
            foreach (var line in Metrics(rows.Metrics, a, b))
            {
                yield return line;
            }
        }

        if (rows.Segments.Count > 0)
        {
            yield return "";
            foreach (var line in Segments(rows.Segments, a, b))
            {
                yield return line;
            }
        }

        if (rows.Predictions is { } predictions)
        {
            yield return "";
            foreach (var line in Predictions(predictions, rows.Rows, a, b))
            {
                yield return line;
            }
        }

        if (rows.Speed is { } speed)
        {
            yield return "";
            foreach (var line in TextLines.Wrap(
                $"Speed: {Speed(speed.A)} and {Speed(speed.B)}, medians of {speed.Rounds} runs each in turns over {Count(speed.RowsARun, "row")} at once, on this server as busy as it was."))
            {
                yield return line;
            }
        }
    }

    // One metric a segment: the one that people look at first. The others are in --json.
    private static IEnumerable<string> Segments(IReadOnlyList<SegmentDiff> segments, string a, string b)
    {
        var metric = FirstMetrics.FirstOrDefault(name => segments.Any(segment => segment.Metrics.Any(m => m.Metric == name)));
        if (metric is null)
        {
            return [];
        }

        var lines = TextLines.Table(
            [[metric, "rows", a, b, "difference", ""], .. segments.Take(MostSegments).Select(segment => (string[])[segment.Segment, Number(segment.Rows), .. Cells(segment.Metrics.FirstOrDefault(m => m.Metric == metric), a, b)])],
            1, 2, 3, 4);
        return segments.Count > MostSegments ? lines.Append($"  … and {segments.Count - MostSegments} segments more; --json has all.") : lines;
    }

    private static IEnumerable<string> Predictions(PredictionsDiff predictions, int rows, string a, string b)
    {
        var difference = predictions is { Mean: { } mean, Max: { } max } ? $" They differ by {Figure(mean)} on average and {Figure(max)} at most." : "";
        var classes = predictions.SameClass is { } share ? $" {Share(share)} of the rows have the same class." : "";
        foreach (var line in TextLines.Wrap($"Predictions: {Number(predictions.Same)} of {Count(rows, "row")} exactly the same.{difference}{classes}"))
        {
            yield return line;
        }

        if (predictions.Most.Count > 0)
        {
            foreach (var line in TextLines.Table(
                [["row", a, b, "difference", "inputs"], .. predictions.Most.Select(row => new[]
                {
                    row.Row, row.A, row.B, Figure(row.Difference), string.Join(", ", row.Inputs.Take(MostInputs).Select(input => $"{input.Key} {input.Value}")) + (row.Inputs.Count > MostInputs ? " …" : ""),
                })],
                1, 2, 3))
            {
                yield return line;
            }
        }
    }

    private static IEnumerable<string> Metrics(IReadOnlyList<MetricDiff> metrics, string a, string b) =>
        TextLines.Table([["metric", a, b, "difference", ""], .. metrics.Select(metric => (string[])[metric.Metric, .. Cells(metric, a, b)])], 1, 2, 3);

    private static string[] Cells(MetricDiff? metric, string a, string b) => metric is null ? ["–", "–", "–", ""] :
    [
        Figure(metric.A), Figure(metric.B),
        metric.Difference is { } difference ? (difference > 0 ? "+" : "") + Figure(difference) : "–",
        metric.Better switch { "a" => $"{a} is better", "b" => $"{b} is better", "same" => "same", _ => "" },
    ];

    // Of two models the versions alone would not say which is which.
    private static (string A, string B) Names(VersionDiff diff) => diff.A.Model == diff.B.Model
        ? (diff.A.Version.ToString(), diff.B.Version.ToString())
        : ($"{diff.A.Model}@{diff.A.Version}", $"{diff.B.Model}@{diff.B.Version}");

    private static string Dataset(DiffedData? data) => data is null ? "not known" : $"{data.Name} {Short(data.Digest)}";

    private static string Rows(DiffedData? data) => data?.Rows is { } rows ? Number(rows) : "–";

    private static string Columns(DiffedData? data) => data?.Columns is { } columns ? Number(columns) : "–";

    private static string Speed(double microseconds) => $"{Figure(microseconds)} µs a row";

    private static string Size(long? bytes) => bytes is { } size ? ByteSize.Format(size) : "its artifact is gone";

    private static string Word<T>(T state)
        where T : struct, Enum => state.ToString().ToLowerInvariant();

    private static string Short(string? text) => text is null ? "–" : text.Length > 12 && !text.Contains('+', StringComparison.Ordinal) ? text[..12] : text.Length > 18 ? text[..12] + text[text.IndexOf('+', StringComparison.Ordinal)..] : text;

    private static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static string Share(double? share) => share is { } value ? (value * 100).ToString("0.##", CultureInfo.InvariantCulture) + " %" : "–";

    private static string Figure(double? value) => value is { } number ? number.ToString(Math.Abs(number) is >= 1000 and < 1e15 ? "#,0.#" : "G4", CultureInfo.InvariantCulture) : "–";

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Count(long value, string what) => value == 1 ? $"1 {what}" : $"{Number(value)} {what}s";
}
