using System.Globalization;
using System.Text.Json;
using DuckDB.NET.Data;

namespace Slipway.Datasets.Duck;

/// <summary>DuckDB's error, taken apart. With <c>errors_as_json</c> its message is an object.</summary>
/// <param name="Type">Such as <c>Binder</c>, <c>Conversion</c>, <c>Permission</c>.</param>
/// <param name="Message">DuckDB's own words.</param>
/// <param name="Place">Where in the statement, or null.</param>
internal sealed record DuckError(string Type, string Message, int? Place)
{
    /// <summary>Reads <paramref name="exception"/>.</summary>
    public static DuckError From(DuckDBException exception)
    {
        var text = exception.Message;
        var start = text.IndexOf('{', StringComparison.Ordinal);
        if (start < 0)
        {
            return new DuckError(exception.ErrorType.ToString(), text, null);
        }

        try
        {
            using var document = JsonDocument.Parse(text[start..]);
            var root = document.RootElement;
            return new DuckError(
                root.GetProperty("exception_type").GetString() ?? "",
                root.GetProperty("exception_message").GetString() ?? "",
                root.TryGetProperty("position", out var at) && int.TryParse(at.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var place) ? place : null);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // Some errors are plain text that happens to hold a brace.
            return new DuckError(exception.ErrorType.ToString(), text, null);
        }
    }
}
