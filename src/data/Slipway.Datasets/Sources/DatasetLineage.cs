using System.Globalization;
using Slipway.Core.Lineages;
using Slipway.Core.Text;
using Slipway.Core.Units;

namespace Slipway.Datasets.Sources;

/// <summary>Where dataset versions came from: files and SQL.</summary>
internal sealed class DatasetLineage(DatasetVersionStore versions, SourceFileStore sources) : ILineageSource
{
    private const int DigestLength = 64;
    private const int LongestSql = 4000;

    public async Task<IReadOnlyList<LineageEdge>> ListEdgesAsync(LineageStep step, CancellationToken cancellationToken)
    {
        if (step.Direction == LineageDirection.Down)
        {
            var files = step.Of(LineageKind.File);
            var wanted = files.ToHashSet(StringComparer.Ordinal);
            var made = files.Count == 0 ? [] : await sources.ListOfAsync([.. files.Select(DigestOf).Distinct()], step.Limit + 1, cancellationToken);
            return
            [
                .. made.Where(source => wanted.Contains(NameOf(source.File))).Select(Edge),
                .. step.Of(LineageKind.Sql).Select(name => new LineageEdge(new LineageKey(LineageKind.Sql, name), new LineageKey(LineageKind.Dataset, name), "selects")),
            ];
        }

        var datasets = step.Of(LineageKind.Dataset).Select(Parse).ToHashSet();
        if (datasets.Count == 0)
        {
            return [];
        }

        // Runs name datasets that are not ours, too: those have neither SQL nor files here.
        var known = await versions.SummariseAsync([.. datasets.Select(d => d.Digest).Distinct()], step.Limit + 1, cancellationToken);
        var of = await sources.ListAsync([.. datasets], step.Limit + 1, cancellationToken);
        return
        [
            .. of.Where(source => datasets.Contains((source.Name, source.Digest))).Select(Edge),
            .. known.Where(version => datasets.Contains((version.Name, version.Digest)))
                .Select(version => $"{version.Name}@{version.Digest}")
                .Select(name => new LineageEdge(new LineageKey(LineageKind.Sql, name), new LineageKey(LineageKind.Dataset, name), "selects")),
        ];
    }

    public async Task<IReadOnlyList<LineageNode>> DescribeAsync(IReadOnlyList<LineageKey> keys, CancellationToken cancellationToken)
    {
        var nodes = new List<LineageNode>();
        var wanted = keys.ToHashSet();
        var digests = keys.Where(key => key.Kind is LineageKind.Dataset or LineageKind.Sql).Select(key => DigestOf(key.Name)).Distinct().ToList();
        foreach (var version in digests.Count == 0 ? [] : await versions.SummariseAsync(digests, int.MaxValue, cancellationToken))
        {
            nodes.AddRange(Describe(version).Where(node => wanted.Contains(node.Key)));
        }

        var files = keys.Where(key => key.Kind == LineageKind.File).Select(key => DigestOf(key.Name)).Distinct().ToList();
        var known = files.Count == 0 ? [] : await sources.ListOfAsync(files, int.MaxValue, cancellationToken);
        nodes.AddRange(known.GroupBy(source => new LineageKey(LineageKind.File, NameOf(source.File))).Where(file => wanted.Contains(file.Key)).Select(file => Describe(file.Key, file.First().File)));
        return nodes;
    }

    public async Task<IReadOnlyList<LineageKey>> ResolveAsync(LineageName name, CancellationToken cancellationToken)
    {
        var found = new List<LineageKey>();
        var (text, digest) = Split(name.Text);
        if (name.MayBe(LineageKind.File))
        {
            found.AddRange(await FindFilesAsync(name.Text, cancellationToken));
        }

        foreach (var kind in new[] { LineageKind.Dataset, LineageKind.Sql }.Where(kind => name.Kind == kind || (name.Kind is null && kind == LineageKind.Dataset)))
        {
            var known = IsDigest(name.Text)
                ? await versions.SummariseAsync([name.Text], LineageName.Most, cancellationToken)
                : await versions.SummariseAsync(text, digest.Length > 0 ? int.MaxValue : LineageName.Most, cancellationToken);
            found.AddRange(known.Where(version => version.Digest.StartsWith(digest, StringComparison.Ordinal)).Select(version => new LineageKey(kind, $"{version.Name}@{version.Digest}")));
        }

        return [.. found.Take(LineageName.Most + 1)];
    }

    // A digest, a path, or a path with the beginning of a digest; a path may hold an @ itself.
    private async Task<IEnumerable<LineageKey>> FindFilesAsync(string text, CancellationToken cancellationToken)
    {
        const int Most = LineageName.Most * 50;

        var known = IsDigest(text) ? await sources.ListOfAsync([text], Most, cancellationToken) : await sources.FindAsync(Normal(text), Most, cancellationToken);
        if (known.Count == 0 && Split(text) is { Digest.Length: > 0 } parts)
        {
            known = [.. (await sources.FindAsync(Normal(parts.Name), Most, cancellationToken)).Where(source => source.File.Digest.StartsWith(parts.Digest, StringComparison.Ordinal))];
        }

        return known.Select(source => new LineageKey(LineageKind.File, NameOf(source.File))).Distinct();
    }

    private static IEnumerable<LineageNode> Describe(DatasetSummaryRow version)
    {
        var name = $"{version.Name}@{version.Digest}";
        yield return new LineageNode
        {
            Key = new LineageKey(LineageKind.Dataset, name),
            Title = $"{version.Name}@{version.Digest[..12]}",
            Detail = string.Create(CultureInfo.InvariantCulture, $"{version.Rows:N0} rows"),
            At = version.CreatedAt,
            Facts = new Dictionary<string, string> { ["digest"] = version.Digest, ["rows"] = version.Rows.ToString(CultureInfo.InvariantCulture) },
        };
        var sql = version.Sql.Length > LongestSql ? version.Sql[..LongestSql] + "…" : version.Sql;
        yield return new LineageNode
        {
            Key = new LineageKey(LineageKind.Sql, name),
            Title = $"SQL of {version.Name}@{version.Digest[..12]}",
            Detail = Excerpt.Of(string.Join(' ', version.Sql.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))),
            Facts = new Dictionary<string, string> { ["sql"] = sql },
        };
    }

    private static LineageNode Describe(LineageKey key, SourceFile file) => new()
    {
        Key = key,
        Title = file.Path,
        Detail = $"{ByteSize.Format(file.Size)}, sha256 {file.Digest[..12]}",
        Facts = new Dictionary<string, string> { ["path"] = file.Path, ["digest"] = file.Digest, ["bytes"] = file.Size.ToString(CultureInfo.InvariantCulture) },
    };

    private static LineageEdge Edge(DatasetSource source) =>
        new(new LineageKey(LineageKind.File, NameOf(source.File)), new LineageKey(LineageKind.Dataset, $"{source.Name}@{source.Digest}"), "read by");

    private static string NameOf(SourceFile file) => $"{file.Path}@{file.Digest}";

    private static string DigestOf(string name) => name[(name.LastIndexOf('@') + 1)..];

    private static (string Name, string Digest) Parse(string name) => Split(name);

    private static (string Name, string Digest) Split(string text) => text.LastIndexOf('@') is > 0 and var at ? (text[..at], text[(at + 1)..].ToLowerInvariant()) : (text, "");

    private static string Normal(string path) => path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path;

    private static bool IsDigest(string text) => text.Length == DigestLength && text.All(char.IsAsciiHexDigitLower);
}
