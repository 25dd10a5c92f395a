using System.Globalization;
using System.Text;
using Slipway.Core.Errors;
using Slipway.Core.Files;

namespace Slipway.Storage.Blobs;

/// <summary>
/// An artifact's manifest as text: a first line that says what it is, then one line a file (<c>digest size path</c>), sorted by path. The form is canonical, since its
/// digest is the artifact's name: reading refuses whatever writing would not have written.
/// </summary>
internal static class ArtifactManifest
{
    /// <summary>The most files an artifact may have.</summary>
    public const int MostFiles = 100_000;

    /// <summary>The longest a manifest can be read: enough for the most files, and no way to fill the memory with a blob that is none.</summary>
    public const int MostBytes = 64 * 1024 * 1024;

    private const string FirstLine = "slipway-artifact 1";

    public static byte[] Write(IReadOnlyList<ArtifactFile> files)
    {
        var text = new StringBuilder(FirstLine).Append('\n');
        foreach (var file in files)
        {
            text.Append(CultureInfo.InvariantCulture, $"{file.Digest} {file.Size} {file.Path}\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>The files, or null when the content is no manifest.</summary>
    public static IReadOnlyList<ArtifactFile>? TryRead(ReadOnlySpan<byte> content)
    {
        var lines = Encoding.UTF8.GetString(content).Split('\n');
        if (lines.Length < 2 || lines[0] != FirstLine || lines[^1].Length > 0)
        {
            return null;
        }

        var files = new List<ArtifactFile>(lines.Length - 2);
        foreach (var line in lines.AsSpan(1, lines.Length - 2))
        {
            var parts = line.Split(' ', 3);
            if (parts.Length != 3
                || !Digest.IsValid(parts[0])
                || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size)
                || Mistake(parts[2]) is not null
                || (files.Count > 0 && string.CompareOrdinal(files[^1].Path, parts[2]) >= 0))
            {
                return null;
            }

            files.Add(new ArtifactFile(parts[2], parts[0], size));
        }

        return files;
    }

    /// <summary>Refuses a name that could not be given back under itself on every machine, or that would end a manifest's line.</summary>
    public static void CheckPath(string path)
    {
        if (Mistake(path) is { } mistake)
        {
            var shown = string.Concat(path.Select(c => char.IsControl(c) ? '?' : c));
            throw new SlipwayException(ErrorKind.InvalidInput, $"The file name '{shown}' cannot be part of an artifact: it {mistake}. Rename the file.");
        }
    }

    // The one resolver of paths decodes them, and a manifest's path is the name itself: one that decoding would change is refused.
    private static string? Mistake(string path) =>
        path.Contains('%', StringComparison.Ordinal) ? "contains '%'"
        : path.Split('/').Any(part => part is "" or ".") ? "has an empty part"
        : SafePath.Mistake(path);
}
