using Microsoft.Extensions.Logging;
using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Core.Text;
using Slipway.Datasets.Duck;
using Slipway.Datasets.Sources;
using Slipway.Storage;
using Slipway.Storage.Blobs;

namespace Slipway.Datasets;

/// <summary>Runs queries, keeps their results as blobs and their versions as rows.</summary>
internal sealed partial class DatasetCatalog(
    DuckEngine engine,
    DatasetVersionStore versions,
    IBlobStore blobs,
    DataFolder data,
    DatasetsOptions options,
    TimeProvider time,
    ILogger<DatasetCatalog> logger) : IDatasets
{
    private const string Purpose = "dataset";

    public async Task<SnapshotResult> SnapshotAsync(DatasetQuery query, Actor actor, CancellationToken cancellationToken)
    {
        query = Check(query);
        using var work = data.CreateWorkFolder(Purpose);
        var (snapshot, files) = await engine.RunAsync(query.Name, Access(work, query), (session, stop) =>
        {
            var prepared = PreparedQuery.Of(session, query, data.Path, options, stop);
            var sources = prepared.Inputs.Select(input => SourceFile.Read(input.Name, input.File, stop)).ToList();
            return (Snapshot.Write(session, query, prepared, options, work.Path), sources);
        }, cancellationToken);

        await using var content = File.OpenRead(snapshot.File);
        var blob = await blobs.PutAsync(content, cancellationToken);
        var version = new DatasetVersion
        {
            Name = query.Name,
            Digest = blob.Digest,
            Rows = snapshot.Rows,
            Columns = snapshot.Columns,
            Sql = query.Sql,
            Time = query.Time,
            Label = query.Label,
            CreatedAt = time.GetUtcNow(),
        };

        var result = await versions.SaveAsync(version, files, actor, cancellationToken);
        if (result.Created)
        {
            LogCreated(logger, version.Name, version.Digest, version.Rows, blob.Size);
        }

        return result;
    }

    public Task<DatasetVersion?> FindAsync(string name, string digest, CancellationToken cancellationToken) =>
        versions.FindAsync(name, digest, cancellationToken);

    public Task<IReadOnlyList<DatasetVersion>> ListAsync(string name, CancellationToken cancellationToken) => versions.ListAsync(name, cancellationToken);

    public async Task<Table> ReadAsync(DatasetVersion version, IReadOnlyList<string>? columns, CancellationToken cancellationToken)
    {
        var plans = Plan(version, columns);
        var file = await blobs.GetFileAsync(version.Digest, cancellationToken);
        using var work = data.CreateWorkFolder(Purpose);
        var sql = $"select {string.Join(", ", plans.Select(p => p.Read))} from read_parquet({DuckText.Literal(file)})";
        return await engine.RunAsync(version.Name, new DuckAccess(work.Path, [], [file]), (session, stop) =>
        {
            session.Lock(options.Threads);
            return TableReader.Read(session, version.Name, plans, sql, options, stop);
        }, cancellationToken);
    }

    public async Task<Table> QueryAsync(DatasetQuery query, CancellationToken cancellationToken)
    {
        query = Check(query);
        using var work = data.CreateWorkFolder(Purpose);
        return await engine.RunAsync(query.Name, Access(work, query), (session, stop) =>
        {
            var prepared = PreparedQuery.Of(session, query, data.Path, options, stop);
            return prepared.Do(prepared.Select(c => c.Read), sql => TableReader.Read(session, query.Name, prepared.Columns, sql, options, stop));
        }, cancellationToken);
    }

    private static DatasetQuery Check(DatasetQuery query)
    {
        ResourceName.Check(query.Name, "dataset");
        if (query is { AsOf: { } asOf, Time: null })
        {
            throw new SlipwayException(
                ErrorKind.InvalidInput,
                $"{query.Name} names no time column, so its rows before {DatasetQuery.Moment(asOf)} cannot be told from the others. Name the column as data.time, or take all rows.");
        }

        return Directory.Exists(query.Folder)
            ? query with { Folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(query.Folder)) }
            : throw new SlipwayException(ErrorKind.InvalidInput, $"The folder {query.Folder} of {query.Name} does not exist. Its SQL reads files from there.");
    }

    private static DuckAccess Access(WorkFolder work, DatasetQuery query) => new(work.Path, [query.Folder], []);

    private static List<ColumnPlan> Plan(DatasetVersion version, IReadOnlyList<string>? columns)
    {
        var all = version.Columns.Select(c => new ColumnPlan(c.Name, c.Type, c.Kind)).ToList();
        return columns is null ? all : [.. columns.Select(name => all.FirstOrDefault(c => c.Name == name) ?? throw new SlipwayException(
            ErrorKind.InvalidInput,
            $"The dataset {version.Name} has no column '{name}'.{Suggest.DidYouMean(name, all.Select(c => c.Name))} Its columns are {string.Join(", ", all.Select(c => c.Name))}."))];
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Dataset {Name} {Digest}: {Rows} rows in {Bytes} bytes")]
    private static partial void LogCreated(ILogger logger, string name, string digest, long rows, long bytes);
}
