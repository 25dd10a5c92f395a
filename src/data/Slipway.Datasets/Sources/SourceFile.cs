using System.Security.Cryptography;
using Slipway.Core.Errors;

namespace Slipway.Datasets.Sources;

/// <summary>A file that a snapshot was made from, as it was when reading began.</summary>
/// <param name="Path">Its path, relative to the project's folder, with <c>/</c> between its parts.</param>
/// <param name="Digest">SHA-256 of its bytes, 64 hexadecimal digits.</param>
/// <param name="Size">Its size in bytes.</param>
public sealed record SourceFile(string Path, string Digest, long Size)
{
    /// <summary>Reads what a file is.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/>: it cannot be read.</exception>
    internal static SourceFile Read(string name, string file, CancellationToken stop)
    {
        try
        {
            using var content = File.OpenRead(file);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var buffer = new byte[256 * 1024];
            var size = 0L;
            int read;
            while ((read = content.Read(buffer)) > 0)
            {
                stop.ThrowIfCancellationRequested();
                hash.AppendData(buffer, 0, read);
                size += read;
            }

            return new SourceFile(name, Convert.ToHexStringLower(hash.GetHashAndReset()), size);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"The data file '{name}' cannot be read: {e.Message}", e);
        }
    }
}
