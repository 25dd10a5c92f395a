using System.Text;
using Microsoft.AspNetCore.Http;
using Slipway.Access.Keys;

namespace Slipway.Access.Authentication;

/// <summary>What a request brings to say whose it is: a key, or a token of the issuer; by Bearer, by Basic, or by the cookie of the console.</summary>
internal static class Credentials
{
    private const string Bearer = "Bearer ";
    private const string Basic = "Basic ";
    private const int LongestBasic = 24 << 10;

    /// <summary>The text of the header Authorization, for Bearer without another copy; empty where there is none, null where it is nothing that is understood.</summary>
    public static ReadOnlyMemory<char>? Read(HttpContext context)
    {
        var header = context.Request.Headers.Authorization;
        if (header.Count == 0)
        {
            return ReadOnlyMemory<char>.Empty;
        }

        if (header.Count > 1 || header[0] is not { } text)
        {
            return null;
        }

        if (text.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            return text.AsMemory(Bearer.Length).Trim() is { Length: > 0 } given ? given : null;
        }

        return text.StartsWith(Basic, StringComparison.OrdinalIgnoreCase) ? FromBasic(text.AsSpan(Basic.Length).Trim()) : null;
    }

    // MLflow's clients send a user and a password; people put the key into one of them, and something else or nothing into the other.
    private static ReadOnlyMemory<char>? FromBasic(ReadOnlySpan<char> text)
    {
        var bytes = new byte[text.Length];
        if (text.Length > LongestBasic || !Convert.TryFromBase64Chars(text, bytes, out var length))
        {
            return null;
        }

        var pair = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = pair.IndexOf(':', StringComparison.Ordinal);
        var (user, password) = colon < 0 ? (pair, "") : (pair[..colon], pair[(colon + 1)..]);
        return user.StartsWith(KeySecret.Prefix, StringComparison.Ordinal) && !password.StartsWith(KeySecret.Prefix, StringComparison.Ordinal)
            ? user.AsMemory()
            : password.Length > 0 ? password.AsMemory() : user.Length > 0 ? user.AsMemory() : null;
    }
}
