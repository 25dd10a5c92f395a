using System.Globalization;
using System.Text.Json;
using Slipway.Core.Units;
using Slipway.Monitoring.Alerts;
using Slipway.Storage.Events;

namespace Slipway.Console.Reading;

/// <summary>Puts what happened to a deployment on the axis of its traffic's event time.</summary>
internal static class Timeline
{
    /// <summary>The most marks; of more, the newest.</summary>
    public const int Most = 200;

    /// <summary>All marks, oldest first.</summary>
    /// <param name="events">The deployment's events, oldest first.</param>
    /// <param name="alerts">Its alerts.</param>
    /// <param name="trainings">Its model's runs.</param>
    /// <param name="now">The deployment's own now; null without traffic.</param>
    public static IReadOnlyList<TimelineMark> Tell(
        IReadOnlyList<StoredEvent> events, IReadOnlyList<AlertState> alerts, IReadOnlyList<TrainingLine> trainings, DateTimeOffset? now)
    {
        var marks = new List<TimelineMark>();
        foreach (var (at, about, stored, data) in Dated(events, trainings, now))
        {
            if (Tell(stored, data, at) is { } mark)
            {
                marks.Add(mark with { IsAbout = about });
            }
        }

        marks.AddRange(alerts.Select(a => new TimelineMark(MarkKind.Alert, a.FiredAt, a.Subject, Say.Alert(a)) { Until = a.ResolvedAt ?? (now > a.FiredAt ? now : a.FiredAt) }));

        // A run by hand in the middle of a replay learns from all rows and has no place among them.
        marks.AddRange(trainings.Where(t => t.At <= now || now is null).Select(t => new TimelineMark(MarkKind.Training, t.At, t.Version ?? t.Outcome, t.Sentence)));
        return [.. marks.OrderBy(m => m.At).TakeLast(Most)];
    }

    // Deployments are events of the server's clock. While past traffic is replayed that lies years beyond all traffic, so such an event stands where the traffic was: at the event
    // time that the deployment's history, or the training that had begun before it, named last.
    private static IEnumerable<(DateTimeOffset At, bool About, StoredEvent Stored, JsonElement Data)> Dated(
        IReadOnlyList<StoredEvent> events, IReadOnlyList<TrainingLine> trainings, DateTimeOffset? now)
    {
        DateTimeOffset? last = null;
        var begun = new Queue<TrainingLine>(trainings.Where(t => t.Run.AsOf is not null).OrderBy(t => t.Run.StartedAt));
        var read = events.Select(e => (Stored: e, Data: Read(e.Data))).ToList();
        var first = read.Select(e => EventTime(e.Data)).FirstOrDefault(t => t is not null);
        foreach (var (stored, data) in read)
        {
            while (begun.TryPeek(out var training) && training.Run.StartedAt <= stored.At)
            {
                last = begun.Dequeue().At;
            }

            var named = EventTime(data);
            last = named ?? last;
            var replayed = named is null && stored.At > now;
            yield return replayed && (last ?? first) is { } traffic
                ? (traffic, true, stored, data)
                : (named ?? (replayed ? now!.Value : stored.At), replayed, stored, data);
        }
    }

    private static TimelineMark? Tell(StoredEvent stored, JsonElement data, DateTimeOffset at)
    {
        var version = Version(data, "version") ?? "a version";
        var why = Text(data, "why") ?? Text(data, "sentence");
        var reason = Text(data, "reason") is { } given ? $" {stored.Actor}: {given}" : $" By {stored.Actor}.";
        return stored.Type switch
        {
            "VersionDeployed" => new(MarkKind.Release, at, version, Version(data, "former") is { } former ? $"{version} answers everybody instead of {former}.{reason}" : $"{version} answers as the first version.{reason}"),
            "DeploymentRolledBack" => new(MarkKind.Release, at, $"back to {version}", $"{version} answers everybody again.{reason}"),
            "RolloutStarted" => new(MarkKind.Rollout, at, $"{version} {Weight(data)}".TrimEnd(), why ?? $"{version} begins to be tried.{reason}"),
            "RolloutStepped" => new(MarkKind.Rollout, at, Weight(data), why ?? $"{version} answers {Weight(data)} of requests from now on."),
            "RolloutPromoted" => new(MarkKind.Decision, at, "promoted", why ?? $"{version} was promoted.{reason}"),
            "RolloutRolledBack" => new(MarkKind.Decision, at, "taken back", why ?? $"{version} was taken back.{reason}"),
            "RolloutHeld" => new(MarkKind.Decision, at, "held", why ?? $"{version} keeps its share until somebody decides."),
            "RolloutExtended" => new(MarkKind.Decision, at, "extended", why ?? "The step begins again."),
            _ => null,
        };
    }

    private static string Weight(JsonElement data) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty("weight", out var weight) && weight.ValueKind == JsonValueKind.Number ? Percent.Format(weight.GetDouble()) : "";

    private static DateTimeOffset? EventTime(JsonElement data) =>
        Text(data, "at") is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;

    // A reference is written as an object of model and version.
    private static string? Version(JsonElement data, string name) => Text(data, name)
        ?? (data.ValueKind == JsonValueKind.Object && data.TryGetProperty(name, out var reference) ? Text(reference, "version") : null);

    private static string? Text(JsonElement data, string name) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static JsonElement Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
