using System.Buffers;
using System.Security.Cryptography;
using Slipway.Core.Errors;

namespace Slipway.Storage.Blobs;

/// <summary>SHA-256 in 64 lower-case hexadecimal digits. Digests come from outside and become paths, so nothing else passes.</summary>
internal static class Digest
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    public static bool IsValid(ReadOnlySpan<char> digest) => digest.Length == 2 * SHA256.HashSizeInBytes && !digest.ContainsAnyExcept(Digits);

    public static void Check(string digest)
    {
        if (!IsValid(digest))
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"'{Shorten(digest)}' is not a digest: a digest is 64 lower-case hexadecimal digits.");
        }
    }

    public static string Of(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    public static string Finish(IncrementalHash hash) => Convert.ToHexStringLower(hash.GetHashAndReset());

    public static async Task<string> OfFileAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = DiskBlobStore.OpenForReading(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
    }

    private static string Shorten(string text) => text.Length <= 80 ? text : $"{text[..80]}…";
}
