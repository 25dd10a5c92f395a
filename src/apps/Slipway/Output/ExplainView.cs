using System.Globalization;
using System.Text.Json;
using Slipway.Core.Text;
using Slipway.Monitoring.Predictions;

namespace Slipway.Output;

/// <summary>Shows a prediction within 80 columns.</summary>
internal static class ExplainView
{
    private const int Width = 80;
    private const int NameWidth = 24;

    // More would push what matters off the screen; `--json` has them all.
    private const int MaxRows = 10;

    /// <summary>A prediction.</summary>
    public static IEnumerable<string> Lines(PredictionExplanation told)
    {
        yield return Cut($"{told.Deployment}: {Excerpt.Of(told.Id, Width)}");
        yield return Fact("version", $"{told.Model}@{told.Version}, {told.Role}{(told.Failed ? ", failed" : "")}{(told.FromCache ? ", from the cache" : "")}");
        foreach (var line in told.Error is { } error ? Wrap("failed", error.Message is { } message ? $"{error.Kind}: {Excerpt.Of(message, 400)}" : error.Kind) : [])
        {
            yield return line;
        }

        foreach (var line in Wrap("why", told.Why.Sentence))
        {
            yield return line;
        }

        if (told.Rollout is not null)
        {
            yield return Fact("rollout", told.Rollout);
        }

        if (told.Why.Unit is { } unit)
        {
            yield return Fact("unit", Excerpt.Of(unit));
        }

        yield return Fact("arrived", Time(told.ArrivedAt) + (told.CameAgainAt is { Count: > 0 } again ? $", and {(again.Count == 1 ? "once" : $"{again.Count} times")} more with this id" : ""));
        if (told.Timing is { } timing)
        {
            yield return Fact("time", string.Create(CultureInfo.InvariantCulture, $"{timing.Milliseconds:0.###} ms"));
            if (timing.RunUs is not null)
            {
                foreach (var line in Wrap("", $"parse {Micro(timing.ParseUs)}, queue {Micro(timing.QueueUs)}, batch {Micro(timing.BatchUs)}, run {Micro(timing.RunUs)}, write {Micro(timing.WriteUs)} µs"))
                {
                    yield return line;
                }
            }
        }

        if (told.Batch is { } batch)
        {
            foreach (var line in Wrap("shared run", $"number {batch.Number}, {batch.Rows} rows, with {(batch.Mates.Count == 0 ? "requests that are not in the log" : string.Join(", ", batch.Mates.Take(MaxRows).Select(mate => Excerpt.Of(mate, 40))))}{(batch.Mates.Count > MaxRows ? $" and {batch.Mates.Count - MaxRows} more" : "")}"))
            {
                yield return line;
            }
        }

        foreach (var line in told.Rows.Take(MaxRows).SelectMany(row => Lines(row, told.RowCount > 1)))
        {
            yield return line;
        }

        if (told.RowCount > MaxRows && told.Rows.Count > 1)
        {
            yield return $"{told.RowCount - MaxRows} more rows; `slipway explain {told.Deployment} ID/N` shows one of them.";
        }

        foreach (var line in told.NotLogged.SelectMany(missing => Wrap("not logged", $"{missing.Field}: {missing.Why}")))
        {
            yield return line;
        }
    }

    /// <summary>What another version made of it.</summary>
    public static IEnumerable<string> Lines(PredictionReplay replay)
    {
        yield return "";
        yield return Cut($"replayed with {replay.ReplayedWith}{(replay.ReplayedRole is { } role ? $" ({role})" : ", loaded for this only")}: run {Micro(replay.ReplayedRunUs)} µs{(replay.RunUs is { } then ? $" (then {Micro(then)} µs)" : "")}");
        yield return $"  {"",-NameWidth}{replay.Version,16}{replay.ReplayedWith,16}{"difference",16}";
        foreach (var row in replay.Rows.Take(MaxRows))
        {
            if (replay.Rows.Count > 1)
            {
                yield return Cut($"  {Excerpt.Of(row.Id, 70)}");
            }

            foreach (var output in row.Outputs)
            {
                yield return Cut($"  {Name(output.Name)}{Short(output.Logged),16}{Short(output.Replayed),16}{(output.Difference is null ? "" : Short(output.Difference)),16}");
            }
        }

        if (replay.Rows.Count > MaxRows)
        {
            yield return $"{replay.Rows.Count - MaxRows} more rows were replayed; --json has them.";
        }
    }

    private static IEnumerable<string> Lines(ExplainedRow row, bool several)
    {
        if (several)
        {
            yield return Cut($"row {Excerpt.Of(row.Id, 70)}");
        }

        yield return Fact("happened", Time(row.EventTime));
        if (row.StickyKey is { } key)
        {
            yield return Fact("sticky key", Excerpt.Of(key));
        }

        foreach (var (name, value) in row.Segments)
        {
            yield return Fact("segment", $"{Excerpt.Of(name, 24)} = {Excerpt.Of(value, 40)}");
        }

        foreach (var (of, values) in new[] { ("inputs", row.Inputs), ("outputs", row.Outputs) })
        {
            for (var i = 0; i < values.Count; i++)
            {
                yield return Fact(i == 0 ? of : "", $"{Name(values[i].Name)}{values[i].Type,-8}{Excerpt.Of(Text(values[i].Value), 34)}");
            }
        }

        if (row.Outcome is { } outcome)
        {
            var losses = string.Concat(outcome.Losses.Select(loss => string.Create(CultureInfo.InvariantCulture, $", {loss.Key} {loss.Value:0.####}")));
            yield return Fact("outcome", $"{Excerpt.Of(outcome.Label, 24)}, {outcome.State}, came {Time(outcome.ReceivedAt)}");
            if (losses.Length > 0)
            {
                yield return Fact("", losses[2..]);
            }
        }
        else
        {
            yield return Fact("outcome", "none yet");
        }
    }

    private static string Fact(string name, string value) => Cut($"  {name,-11}{value}");

    private static IEnumerable<string> Wrap(string name, string text)
    {
        var line = "";
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + word.Length + 14 > Width)
            {
                yield return Fact(name, line);
                (name, line) = ("", "");
            }

            line = line.Length == 0 ? word : $"{line} {word}";
        }

        yield return Fact(name, line);
    }

    private static string Cut(string line) => line.Length <= Width ? line : line[..(Width - 1)] + "…";

    private static string Name(string name) => Excerpt.Of(name, NameWidth - 3).PadRight(NameWidth);

    private static string Short(object? value) => value is JsonElement { ValueKind: JsonValueKind.Number } number
        ? number.GetDouble().ToString("G7", CultureInfo.InvariantCulture)
        : Excerpt.Of(Text(value), 13);

    private static string Text(object? value) => value switch
    {
        null or JsonElement { ValueKind: JsonValueKind.Null } => "missing",
        JsonElement { ValueKind: JsonValueKind.String } text => text.GetString()!,
        JsonElement other => other.GetRawText(),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static string Micro(double? value) => value?.ToString(value < 100 ? "0.#" : "#,0", CultureInfo.InvariantCulture) ?? "?";

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff 'UTC'", CultureInfo.InvariantCulture);
}
