using System.Globalization;
using Slipway.Core.Errors;
using Slipway.Core.Files;

namespace Slipway.Datasets.Sql;

/// <summary>File names in a project's SQL: which are allowed, and what they stand for.</summary>
internal sealed class SqlFiles(DatasetQuery query)
{
    private static readonly string[] Endings = [".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet"];
    private static readonly string[] Packed = ["", ".gz", ".zst"];
    private static readonly char[] Wild = ['*', '?', '['];

    private readonly List<string> _used = [];

    /// <summary>What was completed so far.</summary>
    public IReadOnlyList<string> Used => _used;

    /// <summary>True when a quoted name after FROM means a file or a folder, not a table.</summary>
    public bool LooksLikeFile(string name) =>
        Endings.Any(e => Packed.Any(p => name.EndsWith(e + p, StringComparison.OrdinalIgnoreCase)))
        || Directory.Exists(Path.Combine(query.Folder, name));

    /// <summary>The absolute name, inside the project's folder. A folder stands for the files of one kind in it.</summary>
    public string Complete(string name, int? line)
    {
        if (name.Contains("://", StringComparison.Ordinal))
        {
            throw Refuse(
                name.StartsWith("s3://", StringComparison.OrdinalIgnoreCase) ? ErrorKind.NotAvailable : ErrorKind.InvalidInput,
                line,
                name.StartsWith("s3://", StringComparison.OrdinalIgnoreCase) ? "is in S3, which is not available yet" : "is an address, and only files of the project's folder can be read");
        }

        if (Path.IsPathRooted(name) || name.StartsWith('~') || name.Contains('\\', StringComparison.Ordinal) || name.Split('/').Contains(".."))
        {
            throw Refuse(ErrorKind.InvalidInput, line, $"is not inside the project's folder; write it relative to {query.Folder}, without '..'");
        }

        // The fixed part goes through the one resolver (links, escapes); what a pattern matches is held inside by the locked session.
        var wild = name.IndexOfAny(Wild);
        var fixedPart = wild < 0 ? name : name[..(name.LastIndexOf('/', wild) + 1)];
        var root = fixedPart.Length == 0 ? query.Folder : SafePath.Resolve(query.Folder, fixedPart.TrimEnd('/'), "data file");
        var full = wild < 0 ? root : Path.Combine(root, name[fixedPart.Length..]);
        if (wild < 0 && Directory.Exists(full))
        {
            full = Path.Combine(full, "**", "*" + EndingIn(full, name, line));
        }

        _used.Add(full);
        return full;

        SlipwayException Refuse(ErrorKind kind, int? at, string why)
        {
            var error = new SlipwayException(kind, $"The SQL of {query.Name} reads '{name}'{(at is { } number ? string.Create(CultureInfo.InvariantCulture, $" on line {number}") : "")}, which {why}.");
            if (at is not null)
            {
                error.Data[DatasetQuery.LineKey] = at.Value;
            }

            return error;
        }
    }

    private string EndingIn(string folder, string name, int? line)
    {
        var found = Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Hidden })
            .Select(f => Endings.SelectMany(e => Packed.Select(p => e + p)).FirstOrDefault(e => f.EndsWith(e, StringComparison.OrdinalIgnoreCase)))
            .OfType<string>()
            .Distinct()
            .Order()
            .ToList();

        return found.Count == 1
            ? found[0]
            : throw new SqlPlaces(query, query.Sql).Error(
                line,
                found.Count == 0
                    ? $"the folder '{name}' holds no data file (csv, tsv, json or parquet)"
                    : $"the folder '{name}' holds files of several kinds ({string.Join(", ", found)}); say which, such as '{name.TrimEnd('/')}/*{found[0]}'");
    }
}
