using System.Text.Json;
using Slipway.Storage.Events;

namespace Slipway.Registry.Cards.Sections;

/// <summary>What was decided about the version, by whom and why. It knows no event by name, so that a new kind of decision shows up without a change here.</summary>
internal sealed class DecisionsSection(IEventLog events) : ICardSection
{
    private const int MaxEvents = 200;

    public string Name => "decisions";

    public string Title => "Approvals and decisions";

    public int Order => CardOrder.Decisions;

    public async Task<CardSection?> ReadAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        var stored = await events.ReadSubjectAsync(VersionSubject.Of(version.Reference), MaxEvents, cancellationToken);
        var decisions = stored.Where(happened => happened.Type != nameof(CardEdited)).ToList();
        return new CardSection(Name, Title)
        {
            Tables = decisions.Count == 0 ? [] : [new CardTable("Decisions", ["When", "What", "By", "Why"], [.. decisions.Select(Row)])],
            Notes = decisions.Count == 0 ? ["Nothing is recorded about it."] : [],
        };
    }

    private static object?[] Row(StoredEvent happened)
    {
        using var data = JsonDocument.Parse(happened.Data);
        return [happened.At, Words(happened.Type), happened.Actor, Text(data.RootElement, "reason") ?? Text(data.RootElement, "why") ?? Text(data.RootElement, "sentence")];
    }

    // VersionApproved → Version approved
    private static string Words(string type) => string.Concat(type.Select((c, i) => i > 0 && char.IsAsciiLetterUpper(c) ? $" {char.ToLowerInvariant(c)}" : c.ToString()));

    private static string? Text(JsonElement data, string name) => data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
