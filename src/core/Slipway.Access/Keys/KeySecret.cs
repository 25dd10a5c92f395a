using System.Buffers.Text;
using System.Security.Cryptography;

namespace Slipway.Access.Keys;

/// <summary>
/// A key as its holder has it: <c>slip_</c> and 256 random bits in base64url. With so much chance in it, one SHA-256 is enough to keep it by: nobody finds a text with a given hash by trying.
/// </summary>
public static class KeySecret
{
    internal const string Prefix = "slip_";

    private const int RandomBytes = 32;
    private const int TextLength = 43;

    /// <summary>The length of a key, in characters.</summary>
    internal const int Length = 5 + TextLength;

    internal static string Create()
    {
        Span<byte> random = stackalloc byte[RandomBytes];
        RandomNumberGenerator.Fill(random);
        return Prefix + Base64Url.EncodeToString(random);
    }

    /// <summary>True, with its SHA-256, when <paramref name="text"/> has the form of a key.</summary>
    internal static bool TryHash(ReadOnlySpan<char> text, Span<byte> hash)
    {
        if (text.Length != Length || !text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[Length];
        for (var i = 0; i < Length; i++)
        {
            var c = text[i];
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
            {
                return false;
            }

            bytes[i] = (byte)c;
        }

        SHA256.HashData(bytes, hash);
        return true;
    }

    /// <summary>A text without the keys in it: each by its id, as <c>key:0a1b2c3d4e5f</c>. Somebody may put one where a name belongs, and what is kept is kept for ever.</summary>
    public static string Redact(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        for (var at = text.IndexOf(Prefix, StringComparison.Ordinal); at >= 0; at = text.IndexOf(Prefix, at + 1, StringComparison.Ordinal))
        {
            if (text.Length - at >= Length && TryHash(text.AsSpan(at, Length), hash))
            {
                text = $"{text.AsSpan(0, at)}key:{IdOf(hash)}{text.AsSpan(at + Length)}";
            }
        }

        return text;
    }

    /// <summary>The id of the key that <paramref name="text"/> is, or null when it is none.</summary>
    public static string? FindId(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        return TryHash(text, hash) ? IdOf(hash) : null;
    }

    /// <summary>The public name of a key: the beginning of its hash, so that whoever finds one in a wrong place can say which it was.</summary>
    internal static string IdOf(ReadOnlySpan<byte> hash) => Convert.ToHexStringLower(hash[..6]);
}
