using System.Text.Json;

namespace Slipway.Datasets.Sql;

/// <summary>Reads the few members of a parser's node that Slipway looks at.</summary>
internal static class SqlNode
{
    /// <summary>A text member, or empty.</summary>
    public static string Text(this JsonElement node, string member) =>
        node.ValueKind == JsonValueKind.Object && node.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    /// <summary>Where the node begins, in bytes of UTF-8, or −1 when the parser does not say.</summary>
    public static int Place(this JsonElement node) =>
        node.TryGetProperty("query_location", out var value) && value.TryGetInt32(out var place) ? place : -1;

    /// <summary>The text of a constant, or null when the node is anything else.</summary>
    public static string? Constant(this JsonElement node) =>
        node.Text("class") == "CONSTANT" && node.TryGetProperty("value", out var value) && value.TryGetProperty("value", out var text) && text.ValueKind == JsonValueKind.String
            ? text.GetString()
            : null;

    /// <summary>A list member's items, or none.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement node, string member) =>
        node.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [];
}
