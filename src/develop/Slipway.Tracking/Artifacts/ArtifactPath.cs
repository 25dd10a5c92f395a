using System.Text.RegularExpressions;
using Slipway.Core.Errors;
using Slipway.Core.Files;
using Slipway.Core.Text;

namespace Slipway.Tracking.Artifacts;

/// <summary>Paths of artifacts as they are kept: relative, parts divided by one <c>/</c>, nothing encoded, never <c>.</c> or <c>..</c>.</summary>
internal static partial class ArtifactPath
{
    /// <summary>The path of a file.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/>: it leads elsewhere, or nowhere.</exception>
    public static string OfFile(string? path) => OfFolder(path) is { Length: > 0 } file ? file : throw Refuse(path, "is empty");

    /// <summary>The path of a folder; empty for the uppermost.</summary>
    public static string OfFolder(string? path)
    {
        // The server decodes an address once and leaves this one escape as it is.
        var decoded = (path ?? "").Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        if (decoded.Trim('/', '.').Length == 0 && !decoded.StartsWith('/') && !decoded.Contains("..", StringComparison.Ordinal))
        {
            return "";
        }

        if (SafePath.Mistake(decoded) is { } mistake)
        {
            throw Refuse(path, mistake);
        }

        // Two names for one file, or a name that the next reader decodes to another one, are how checks are passed by.
        return Escape().IsMatch(decoded)
            ? throw Refuse(path, "is still percent-encoded after decoding it once")
            : string.Join('/', decoded.Split('/').Where(part => part is not ("" or ".")));
    }

    /// <summary>The folders that a path lies in, the uppermost first.</summary>
    public static IEnumerable<string> Ancestors(string path)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            yield return path[..slash];
        }
    }

    public static string Join(string folder, string path) => folder.Length == 0 ? path : path.Length == 0 ? folder : $"{folder}/{path}";

    /// <summary>The last part.</summary>
    public static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static SlipwayException Refuse(string? path, string mistake) => new(
        ErrorKind.InvalidInput, $"Invalid artifact path '{Excerpt.Of(path, 120)}': it {mistake}. Give a path inside the artifacts, such as model/model.onnx.");

    [GeneratedRegex("%[0-9a-fA-F]{2}", RegexOptions.CultureInvariant)]
    private static partial Regex Escape();
}
