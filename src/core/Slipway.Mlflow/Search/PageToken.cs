using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Slipway.Core.Errors;

namespace Slipway.Mlflow.Search;

/// <summary>
/// Where a page ended: the sort keys of its last thing, so that the next page begins at them however far in it is. A token belongs to one search (its scope, filter, order and view, whatever
/// the size of its pages) and is refused by another.
/// </summary>
public static class PageToken
{
    private const int MostCharacters = 200_000;

    /// <summary>What a search is known by.</summary>
    public static string Fingerprint(params IEnumerable<string> parts)
    {
        // With each part's length, so that no two searches make one text.
        var text = string.Concat(parts.Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Length}:{part};")));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 12));
    }

    /// <summary>The token of a place.</summary>
    public static string Write(string fingerprint, IEnumerable<object> place)
    {
        string[] parts = [fingerprint, .. place.Select(value => Convert.ToString(value, CultureInfo.InvariantCulture)!)];
        return Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(parts));
    }

    /// <summary>The place in a token: a value for each of <paramref name="types"/>.</summary>
    public static IReadOnlyList<object> Read(string token, string fingerprint, IReadOnlyList<Type> types)
    {
        var parts = Parts(token);
        if (parts is null || parts.Length != types.Count + 1 || parts[0] != fingerprint || parts.Contains(null))
        {
            throw Refuse(token);
        }

        return [.. types.Select((type, i) => Value(parts[i + 1], type) ?? throw Refuse(token))];
    }

    private static string[]? Parts(string token)
    {
        try
        {
            return token.Length > MostCharacters ? null : JsonSerializer.Deserialize<string[]>(Base64Url.DecodeFromChars(token));
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }

    private static object? Value(string part, Type type) =>
        type == typeof(string) ? part
        : type == typeof(long) ? (long.TryParse(part, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? whole : null)
        : double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && !double.IsNaN(number) ? number : null;

    private static SlipwayException Refuse(string token) => SearchError.Of(
        $"Invalid page token {SearchError.Show(token)}: it is not one of this search. Repeat filter, order and view as they were, or begin without a token.");
}
