using System.Text;
using Slipway.Core.Errors;
using Slipway.Core.Text;

namespace Slipway.Core.Files;

/// <summary>The one resolver of paths that come from outside: artifact paths, model files, dataset files, names that become folders.</summary>
public static class SafePath
{
    /// <summary>The longest path, in characters as given.</summary>
    public const int MaxLength = 4096;

    /// <summary>The longest file or folder name, in UTF-8 bytes: what the usual file systems take.</summary>
    public const int MaxNameBytes = 255;

    // As many as Linux follows before it says ELOOP.
    private const int MaxLinks = 40;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly StringComparison PathComparison =
        OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;

    /// <summary>
    /// Returns the full path of <paramref name="path"/> inside <paramref name="root"/>: decodes percent-escapes fully, refuses what is still encoded, absolute paths, schemes,
    /// drive letters, UNC names, <c>..</c>, <c>?</c>, <c>#</c>, <c>;</c> and control characters, resolves symbolic links, and requires the result to lie inside the root.
    /// The file need not exist. The result begins with the root as it was given (made absolute) and has no link after it; <c>.</c> is the root itself.
    /// </summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/> naming <paramref name="what"/> the path was for.</exception>
    public static string Resolve(string root, string path, string what)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        if (Names(path ?? "", out var names) is { } mistake)
        {
            throw Refuse(path, what, mistake);
        }

        try
        {
            var top = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
            var anchor = Path.GetPathRoot(top)!;
            var realTop = Follow(anchor, Split(top[anchor.Length..])) ?? throw Refuse(path, what, "passes through too many symbolic links");
            var real = Follow(realTop, names) ?? throw Refuse(path, what, "passes through too many symbolic links");
            return Inside(realTop, real)
                ? Path.TrimEndingDirectorySeparator(Path.Join(top, real.AsSpan(realTop.Length)))
                : throw Refuse(path, what, "leads out of its folder through a symbolic link");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"The {what} '{Excerpt.Of(path, 120)}' cannot be looked up: {e.Message}", e);
        }
    }

    /// <summary>
    /// What is wrong with <paramref name="path"/> as a text, to stand behind "It" (<c>contains '..'</c>), or null. Looks at no file: <see cref="Resolve"/> also follows links.
    /// </summary>
    public static string? Mistake(string path) => Names(path, out _);

    private static string? Names(string path, out List<string> names)
    {
        names = [];
        if (path.Length > MaxLength)
        {
            return $"is longer than {MaxLength} characters";
        }

        if (Decode(path) is not { } decoded)
        {
            return "is not valid UTF-8";
        }

        if (HasEscape(decoded))
        {
            return "is still percent-encoded after decoding it once";
        }

        if (decoded.Any(char.IsControl))
        {
            return "contains a control character";
        }

        // A colon makes a scheme (file:), a drive (C:) or an alternate stream; the other four change meaning between one parser of an address and the next.
        if (decoded.IndexOfAny([':', '\\', '?', '#', ';']) is >= 0 and var at)
        {
            return $"contains '{decoded[at]}'";
        }

        if (decoded.Trim().Length == 0)
        {
            return "is empty";
        }

        if (decoded[0] == '/')
        {
            return "is absolute";
        }

        names = Split(decoded);
        foreach (var name in names)
        {
            // Some systems drop dots and blanks at a name's end, so '.. ' and '...' may mean '..' there.
            if (name != "." && name.Trim('.', ' ').Length == 0)
            {
                return $"contains '{name}'";
            }

            if (Encoding.UTF8.GetByteCount(name) > MaxNameBytes)
            {
                return $"contains a name longer than {MaxNameBytes} bytes";
            }
        }

        return null;
    }

    private static List<string> Split(string path) =>
        [.. path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>Every escape decoded once; null when bytes or characters are no valid text.</summary>
    private static string? Decode(string path)
    {
        try
        {
            var bytes = StrictUtf8.GetBytes(path);
            var length = 0;
            for (var i = 0; i < bytes.Length; i++)
            {
                var escaped = bytes[i] == '%' && i + 2 < bytes.Length && char.IsAsciiHexDigit((char)bytes[i + 1]) && char.IsAsciiHexDigit((char)bytes[i + 2]);
                bytes[length++] = escaped ? Convert.FromHexString([(char)bytes[i + 1], (char)bytes[i + 2]])[0] : bytes[i];
                i += escaped ? 2 : 0;
            }

            return StrictUtf8.GetString(bytes, 0, length);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static bool HasEscape(string text)
    {
        for (var i = 0; i + 2 < text.Length; i++)
        {
            if (text[i] == '%' && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// The real path of <paramref name="names"/> below <paramref name="start"/>, which is real itself, following the links of each part in turn; null past the bound.
    /// Done by hand because the runtime resolves only a path's last part, and a link in its middle leads out just as well.
    /// </summary>
    private static string? Follow(string start, IEnumerable<string> names)
    {
        var current = start;
        var ahead = new Stack<string>(names.Reverse());
        var links = 0;
        while (ahead.TryPop(out var name))
        {
            if (name == ".")
            {
                continue;
            }

            if (name == "..")
            {
                current = Path.GetDirectoryName(current) ?? current;
                continue;
            }

            var next = Path.Join(current, name);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                current = next;
                continue;
            }

            if (++links > MaxLinks)
            {
                return null;
            }

            if (Path.IsPathRooted(target))
            {
                current = Path.GetPathRoot(target)!;
                target = target[current.Length..];
            }

            foreach (var part in Split(target).AsEnumerable().Reverse())
            {
                ahead.Push(part);
            }
        }

        return current;
    }

    private static bool Inside(string root, string path) =>
        path.StartsWith(root, PathComparison)
        && (path.Length == root.Length || Path.EndsInDirectorySeparator(root) || path[root.Length] == Path.DirectorySeparatorChar);

    private static SlipwayException Refuse(string? path, string what, string why) => new(
        ErrorKind.InvalidInput,
        $"The {what} '{Excerpt.Of(path, 120)}' {why}. Give a path inside its folder, such as models/model.onnx.");
}
