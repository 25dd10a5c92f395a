using DuckDB.NET.Data;
using Slipway.Core.Errors;
using Slipway.Datasets.Duck;
using Slipway.Datasets.Sql;

namespace Slipway.Datasets.Files;

/// <summary>Files of rows on their own: without a server, a project or a data folder. For verbs that look at files where they lie.</summary>
public static class DataFiles
{
    private static readonly string[] Csv = [".csv", ".tsv", ".csv.gz", ".tsv.gz"];

    /// <summary>
    /// Opens <paramref name="paths"/> (CSV or TSV with a header, packed by gzip or not, or Parquet) and runs <paramref name="work"/> on them, on a thread of its own, within the bounds of
    /// <paramref name="options"/>. The session reaches these files and a work folder that goes afterwards, nothing else. Cancelling interrupts it.
    /// </summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/>: a path that is no such file, or a file that cannot be read, in a sentence that names it.</exception>
    public static async Task<T> UseAsync<T>(
        IReadOnlyList<string> paths, DatasetsOptions options, TimeProvider time, Func<IReadOnlyList<DataFile>, T> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(work);
        var files = paths.Select(Check).ToList();
        var folder = Directory.CreateTempSubdirectory("slipway-files-").FullName;
        try
        {
            using var engine = new DuckEngine(options.Check(), time);
            return await engine.RunAsync(string.Join(" and ", paths), new DuckAccess(folder, [], [.. files.Distinct()]), (session, stop) =>
            {
                session.Lock(options.Threads);
                var opened = files.Select((file, i) => Open(session, i, paths[i], file, options, stop)).ToList();
                return work(opened);
            }, cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Check(string path)
    {
        if (Directory.Exists(path))
        {
            throw Input($"{path} is a folder. Name one file in it.");
        }

        if (!File.Exists(path))
        {
            throw Input($"There is no file {path}.");
        }

        if (!IsCsv(path) && !path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase))
        {
            throw Input($"{path} is of no kind that can be read: its name must end in {string.Join(", ", Csv)} or .parquet.");
        }

        return new FileInfo(path).Length > 0
            ? Path.GetFullPath(path)
            : throw Input($"{path} is empty: it has not even a header with the names of its columns.");
    }

    private static DataFile Open(DuckSession session, int number, string path, string file, DatasetsOptions options, CancellationToken stop)
    {
        CheckPacked(path, file, stop);
        return Do(path, file, () =>
        {
            var rows = $"rows_{number}";

            // A CSV file is taken in once: its types follow from all of its rows (a text in the last one makes a text of its column), and what is read later is read from memory or the work folder.
            session.Execute(IsCsv(path)
                ? $"create temp table {rows} as select * from read_csv({DuckText.Literal(file)}, header = true, sample_size = -1)"
                : $"create temp view {rows} as select * from read_parquet({DuckText.Literal(file)})");
            var count = session.Query($"select count(*) from {rows}", r => r.GetInt64(0))[0];
            var columns = session.Query($"describe {rows}", r => new DataFileColumn(r.GetString(0), r.GetString(1), ColumnPlan.FindKind(r.GetString(1))));
            return columns.Count <= ColumnPlan.MaxColumns
                ? new DataFile(path, count, columns, wanted => Do(path, file, () => Read(session, path, rows, count, wanted, options, stop)))
                : throw new SlipwayException(ErrorKind.TooLarge, $"{path} has {columns.Count} columns; {ColumnPlan.MaxColumns} are allowed.");
        });
    }

    private static void CheckPacked(string path, string file, CancellationToken stop)
    {
        try
        {
            if (file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) && !SqlInputs.IsWhole(file, stop))
            {
                throw new InvalidDataException();
            }
        }
        catch (InvalidDataException e)
        {
            throw Input($"{path} cannot be unpacked: it is cut off, damaged or no gzip file. Copy it again.", e);
        }
    }

    private static Table Read(
        DuckSession session, string path, string rows, long count, IReadOnlyList<DataFileColumn> columns, DatasetsOptions options, CancellationToken stop)
    {
        var plans = columns.Select(c => new ColumnPlan(c.Name, c.Type, c.Kind!.Value)).ToList();
        return TableReader.Read(session, path, plans, $"select {string.Join(", ", plans.Select(Expression))} from {rows}", options, stop, count);
    }

    private static string Expression(ColumnPlan column) =>
        column.IsFloating ? $"case when isfinite({column.Quoted}) then {column.Quoted} end::double as {column.Quoted}" : column.Read;

    private static T Do<T>(string path, string file, Func<T> run)
    {
        try
        {
            return run();
        }
        catch (DuckDBException e)
        {
            // DuckDB's messages go on with every reader option: what comes before the first empty line says it.
            var head = DuckError.From(e).Message.Split("\n\n")[0].Split("\nPossible ")[0].Replace(file, path, StringComparison.Ordinal);
            throw Input($"{path} cannot be read: {string.Join(' ', head.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).TrimEnd('.')}.", e);
        }
    }

    private static bool IsCsv(string path) => Csv.Any(end => path.EndsWith(end, StringComparison.OrdinalIgnoreCase));

    private static SlipwayException Input(string message, Exception? inner = null) => new(ErrorKind.InvalidInput, message, inner!);
}
