namespace Slipway.Client;

/// <summary>The part of an address behind its question mark.</summary>
internal static class QueryText
{
    /// <summary>Each name with its value; those without one are left out.</summary>
    public static string Of(params IEnumerable<(string Name, string? Value)> parameters) =>
        string.Join('&', parameters.Where(parameter => parameter.Value is not null).Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value!)}"));
}
