using System.Text.Json;
using Slipway.Storage.Events;

namespace Slipway.Registry;

/// <summary>An event as the API answers it: the evidence is JSON inside JSON, not a text.</summary>
/// <param name="Position">Its place in the order of commits.</param>
/// <param name="Type">What happened, such as <c>VersionApproved</c>.</param>
/// <param name="Actor">Who did it.</param>
/// <param name="At">When (UTC).</param>
/// <param name="Data">The evidence.</param>
public sealed record HistoryEntry(long Position, string Type, string Actor, DateTimeOffset At, JsonElement Data)
{
    /// <summary>Reads what the event log keeps.</summary>
    public static HistoryEntry From(StoredEvent stored)
    {
        using var data = JsonDocument.Parse(stored.Data);
        return new HistoryEntry(stored.Position, stored.Type, stored.Actor, stored.At, data.RootElement.Clone());
    }
}
