using Slipway.Core.Errors;

namespace Slipway.Core.Files;

/// <summary>The one resolver of paths that come from outside: artifact paths, model files, dataset files, names that become folders.</summary>
public static class SafePath
{
    /// <summary>
    /// Returns the full path of <paramref name="path"/> inside <paramref name="root"/>: decodes percent-escapes fully, refuses what is still encoded, absolute paths, schemes,
    /// drive letters, UNC names, <c>..</c>, <c>?</c>, <c>#</c>, <c>;</c> and control characters, resolves symbolic links, and requires the result to lie inside the root.
    /// The file need not exist.
    /// </summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/> naming <paramref name="what"/> the path was for.</exception>
    public static string Resolve(string root, string path, string what) =>
        throw new SlipwayException(ErrorKind.NotAvailable, $"Resolving the {what} '{path}' in {root} is not available yet.");
}
