using Slipway.Core;
using Slipway.Core.Names;

namespace Slipway.Registry;

/// <summary>The semantic version of a new artifact, and why: <c>major: input `hum` was removed</c>.</summary>
internal readonly record struct VersionProposal(SemanticVersion Version, string Reason)
{
    // A model may have hundreds of columns; the first few say what happened.
    private const int MaxNamed = 5;

    // The search's trials and ranges, as the trainer writes them: trials=8 num_leaves=[15,127].
    private const string Search = "search";

    /// <summary>
    /// Judges <paramref name="next"/> by what changed since <paramref name="former"/>, the newest version, whatever was decided about it: numbers and versions grow together.
    /// </summary>
    public static VersionProposal For(ModelVersion? former, NewModelVersion next)
    {
        if (former is null)
        {
            return new(SemanticVersion.First, "first version");
        }

        var signature = SignatureComparison.Between(former.Signature, next.Signature);
        if (signature.Breaking.Count > 0)
        {
            return new(former.Version.NextMajor(), $"major: {List(signature.Breaking, "; ")}");
        }

        if (signature.Compatible.Count > 0)
        {
            return new(former.Version.NextMinor(), $"minor: {List(signature.Compatible, "; ")}");
        }

        var before = former.Lineage;
        var after = next.Lineage;
        var changed = Changed(before.Recipe, after.Recipe);
        if (changed.Count > 0)
        {
            return new(former.Version.NextMinor(), $"minor: the recipe changed ({List(changed, ", ")})");
        }

        // An artifact from outside tells neither its data nor its recipe, so nothing allows the claim that only the data is newer.
        if (after.DatasetDigest is null)
        {
            return new(former.Version.NextMinor(), "minor: another artifact, of unknown data");
        }

        if (before.DatasetDigest != after.DatasetDigest)
        {
            return new(former.Version.NextPatch(), $"patch: same recipe, {Data(before, after)}");
        }

        return before.Commit != after.Commit
            ? new(former.Version.NextMinor(), "minor: same data and parameters, but the code changed")
            : new(former.Version.NextPatch(), "patch: same recipe and data gave another artifact");
    }

    /// <summary>The version that the author asks for instead, where that is higher.</summary>
    public VersionProposal Raise(SemanticVersion? atLeast, Actor author) => atLeast is { } wanted && wanted > Version
        ? new(wanted, $"raised by {author}; {Version} was proposed ({Reason})")
        : this;

    private static string Data(Lineage before, Lineage after) => after.DataTo is { } day && day != before.DataTo ? $"data to {day}" : "other data";

    private static List<string> Changed(IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> after)
    {
        // What the same search found in other data is a result, like the trees themselves; another search is another recipe.
        var found = before.TryGetValue(Search, out var search) && after.GetValueOrDefault(Search) == search
            ? search.Split(' ').Select(range => range.Split('=')[0])
            : [];
        return [.. before.Keys.Union(after.Keys)
            .Except(found)
            .Where(key => before.GetValueOrDefault(key) != after.GetValueOrDefault(key))
            .Order(StringComparer.Ordinal)];
    }

    private static string List(IReadOnlyList<string> words, string separator) => words.Count <= MaxNamed
        ? string.Join(separator, words)
        : $"{string.Join(separator, words.Take(MaxNamed))}{separator}and {words.Count - MaxNamed} more";
}
