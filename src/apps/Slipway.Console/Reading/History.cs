using System.Text;
using System.Text.Json;
using Slipway.Storage.Events;

namespace Slipway.Console.Reading;

/// <summary>Tells an event in a line. It knows no event by name, so that a new kind of event shows up without a change here.</summary>
internal static class History
{
    public static HistoryLine Tell(StoredEvent stored)
    {
        using var data = JsonDocument.Parse(stored.Data);
        var reason = Text(data.RootElement, "reason") ?? Text(data.RootElement, "why") ?? Text(data.RootElement, "sentence") ?? Text(data.RootElement, "comment");
        var what = Words(stored.Type);

        // Of a version's own history the version is known; of a deployment's it is the point.
        var version = stored.Subject.StartsWith("deployment/", StringComparison.Ordinal) ? Version(data.RootElement) : null;
        return new HistoryLine(stored.At, version is null ? what : $"{what}: {version}", stored.Actor, reason);
    }

    // VersionApproved → Version approved
    private static string Words(string type)
    {
        var words = new StringBuilder(type.Length + 8);
        foreach (var c in type)
        {
            if (char.IsAsciiLetterUpper(c) && words.Length > 0)
            {
                words.Append(' ').Append(char.ToLowerInvariant(c));
            }
            else
            {
                words.Append(c);
            }
        }

        return words.ToString();
    }

    // A reference is written as an object of model and version.
    private static string? Version(JsonElement data) => Text(data, "version")
        ?? (data.ValueKind == JsonValueKind.Object && data.TryGetProperty("version", out var reference) ? Text(reference, "version") : null);

    private static string? Text(JsonElement data, string name) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
