using System.Globalization;
using System.Text;
using System.Text.Json;
using Slipway.Core.Names;
using Slipway.Core.Units;
using Slipway.Storage.Events;

namespace Slipway.Registry.Decisions;

/// <inheritdoc/>
internal sealed class VersionHistory(IEventLog events) : IVersionHistory
{
    private const int MostEvents = 10_000;
    private const string OfVersions = "Version";

    public async Task<IReadOnlyList<VersionDecisions>> ListAsync(IReadOnlyList<VersionReference> versions, DateTimeOffset? until, CancellationToken cancellationToken)
    {
        var stored = await events.ReadSubjectsAsync([.. versions.Select(VersionSubject.Of)], MostEvents, cancellationToken);
        var known = stored.Where(happened => IsDecision(happened) && !(happened.At > until)).ToLookup(happened => happened.Subject, Read);
        return [.. versions.Select(version => Tell(version, [.. known[VersionSubject.Of(version)]]))];
    }

    // Registering decides nothing, and what webhooks were told of is no decision either.
    private static bool IsDecision(StoredEvent happened) => happened.Type.StartsWith(OfVersions, StringComparison.Ordinal) && happened.Type != nameof(VersionRegistered);

    private static VersionDecisions Tell(VersionReference version, IReadOnlyList<VersionDecision> decisions)
    {
        var approved = decisions.LastOrDefault(decision => decision.Type == nameof(VersionApproved));
        var validated = decisions.LastOrDefault(decision => decision.Type == nameof(VersionValidated));
        var rejected = decisions.LastOrDefault(decision => decision.Type == nameof(VersionRejected));
        var sentence = (approved, validated) switch
        {
            (null, null) => $"Nobody had approved {version}.",
            (null, _) => $"{version} had passed validation{Evidence(validated)}, and nobody had approved it.",
            _ => $"{version} was approved by {approved.Actor} at {Moment.Format(approved.At)} UTC{(approved.Reason is { } reason ? $" ({reason})" : "")}{Evidence(validated)}.",
        };
        return new VersionDecisions(version, rejected is null ? sentence : $"{sentence} It was rejected by {rejected.Actor} at {Moment.Format(rejected.At)} UTC{(rejected.Reason is { } why ? $" ({why})" : "")}.", decisions);

        static string Evidence(VersionDecision? validated) => validated?.Evidence is { } evidence ? $", on the evidence of {evidence}" : "";
    }

    private static VersionDecision Read(StoredEvent happened)
    {
        using var document = JsonDocument.Parse(happened.Data);
        var data = document.RootElement;
        var reason = data.TryGetProperty("reason", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
        var evidence = data.TryGetProperty("evidence", out var report) ? Summary(report) : null;
        return new VersionDecision(happened.Position, happened.At, happened.Type, happened.Actor, reason, evidence) { What = Words(happened.Type) };
    }

    // The report of a validation: {"gates":[{"gate":"performance.rmse","verdict":"pass",…}],…}. Other evidence is told of by no figure.
    private static string? Summary(JsonElement report)
    {
        if (report.ValueKind != JsonValueKind.Object || !report.TryGetProperty("gates", out var gates) || gates.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var verdicts = gates.EnumerateArray().Select(gate => gate.TryGetProperty("verdict", out var verdict) ? verdict.GetString() : null).ToList();
        var passed = verdicts.Count(verdict => verdict == "pass");
        return (verdicts.Count, verdicts.Count - passed) switch
        {
            (0, _) => "no gates",
            (1, 0) => "one gate, which passed",
            (var all, 0) => string.Create(CultureInfo.InvariantCulture, $"{all} gates, which all passed"),
            var (all, others) => string.Create(CultureInfo.InvariantCulture, $"{all} gates, of which {others} did not pass"),
        };
    }

    // VersionApproved: approved. VersionApprovalRevoked: approval revoked.
    private static string Words(string type)
    {
        var words = new StringBuilder();
        foreach (var c in type.AsSpan(OfVersions.Length))
        {
            words.Append(char.IsUpper(c) && words.Length > 0 ? " " : "").Append(char.ToLowerInvariant(c));
        }

        return words.ToString();
    }
}
