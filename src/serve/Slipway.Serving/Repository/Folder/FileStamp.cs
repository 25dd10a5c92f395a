using System.Globalization;
using System.Text;
using Slipway.Core.Errors;
using Slipway.Inference;

namespace Slipway.Serving.Repository.Folder;

/// <summary>What files look like from outside: names, lengths and times of the last change. Equal stamps mean that nothing was written in between.</summary>
internal static class FileStamp
{
    private const int MaxFiles = 10_000;

    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, AttributesToSkip = 0, MaxRecursionDepth = 16, IgnoreInaccessible = false };

    /// <summary>The stamp of a folder with all that is in it, or of a file with those beside it whose names go on after its own (<c>net.onnx</c> and <c>net.onnx.data</c>) or that keep its weights.</summary>
    public static string Of(string path)
    {
        try
        {
            var files = Directory.Exists(path)
                ? new DirectoryInfo(path).EnumerateFiles("*", Everything)
                : new DirectoryInfo(Path.GetDirectoryName(path)!).EnumerateFiles()
                    .Where(f => f.FullName.StartsWith(path, StringComparison.Ordinal))
                    .Concat(ModelLoader.ExternalFiles(path).Select(f => new FileInfo(f)))
                    .DistinctBy(f => f.FullName);
            var text = new StringBuilder();
            foreach (var file in files.Take(MaxFiles).OrderBy(f => f.FullName, StringComparer.Ordinal))
            {
                // The length and time of a link are its own, so what it leads to is asked for.
                var real = file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
                text.Append(CultureInfo.InvariantCulture, $"{file.FullName}|{real.FullName}|{(real.Exists ? real.Length : -1)}|{real.LastWriteTimeUtc.Ticks}\n");
            }

            return text.ToString();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"{Path.GetFileName(path)} cannot be read: {e.Message}", e);
        }
    }
}
