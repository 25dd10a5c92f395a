using Slipway.Core.Errors;
using Slipway.Core.Lineages;
using Slipway.Core.Text;

namespace Slipway.Registry.Lineages;

/// <summary>Finds out what somebody means by the name of a node.</summary>
internal sealed class LineageNames(IEnumerable<ILineageSource> sources)
{
    private const string Allowed =
        "Write a file (data/rides.csv, or file:PATH@DIGEST), dataset:NAME@DIGEST, commit:HASH, run:ID, MODEL@VERSION, rollout:ID, deployment:NAME or prediction:DEPLOYMENT/ID";

    private const int MaxLength = 2000;
    private const int MostNamed = 10;

    private static readonly Dictionary<string, LineageKind> Kinds = Enum.GetValues<LineageKind>().ToDictionary(LineageKey.WordOf, StringComparer.OrdinalIgnoreCase);

    /// <summary>Where a walk begins: one node, or the contents that a file's path has had.</summary>
    /// <exception cref="SlipwayException">It is nothing that is known, or may be several things.</exception>
    public async Task<IReadOnlyList<LineageKey>> ResolveAsync(string text, CancellationToken cancellationToken)
    {
        var written = text.Trim();
        if (written.Length is 0 or > MaxLength)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"The node has {written.Length} characters; it may have 1 to {MaxLength}. {Allowed}.");
        }

        var name = Parse(written);
        var found = await FindAsync(name, cancellationToken);
        if (found.Count == 0)
        {
            found = await FindAsync(name with { IsThorough = true }, cancellationToken);
        }

        return found switch
        {
            [] => throw new SlipwayException(ErrorKind.NotFound, $"Nothing is known of '{Excerpt.Of(written, 120)}'. {Allowed}."),
            [var one] => [one],
            _ when IsOnePath(found) => found,
            _ => throw new SlipwayException(
                ErrorKind.InvalidInput,
                $"'{Excerpt.Of(written, 120)}' may be {string.Join(", ", found.Take(MostNamed).Select(key => Excerpt.Of(key.Id, 200)))}{(found.Count > MostNamed ? " and more" : "")}. Write one of them."),
        };
    }

    private async Task<List<LineageKey>> FindAsync(LineageName name, CancellationToken cancellationToken)
    {
        var found = new List<LineageKey>();
        foreach (var source in sources)
        {
            found.AddRange(await source.ResolveAsync(name, cancellationToken));
        }

        return [.. found.Distinct()];
    }

    private static LineageName Parse(string written)
    {
        var colon = written.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && Kinds.TryGetValue(written[..colon], out var kind) ? new LineageName(written[(colon + 1)..], kind) : new LineageName(written, null);
    }

    // Whoever asks what a wrong file touched means all that it ever was; and there are not so many that one should be named.
    private static bool IsOnePath(List<LineageKey> found) =>
        found.Count <= LineageName.Most && found.TrueForAll(key => key.Kind == LineageKind.File) && found.Select(key => key.Name[..key.Name.LastIndexOf('@')]).Distinct().Count() == 1;
}
