using Microsoft.Extensions.DependencyInjection;
using Slipway.Core;
using Slipway.Datasets;
using Slipway.Storage;
using Slipway.Tests;

namespace Slipway.Data.Tests.Datasets;

/// <summary>The module on real SQLite, DuckDB and temporary folders: one for Slipway's data, one for a project.</summary>
public sealed class DatasetsHost : IAsyncDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("slipway-datasets-").FullName;
    private readonly ServiceProvider _services;

    private DatasetsHost(DatasetsOptions? options)
    {
        Project = Directory.CreateDirectory(Path.Combine(_root, "project")).FullName;
        Outside = Directory.CreateDirectory(Path.Combine(_root, "outside")).FullName;
        Data = Path.Combine(_root, "data");
        _services = new ServiceCollection().AddLogging().AddTestStorage(Data).AddDatasets(options).BuildServiceProvider();
    }

    public string Project { get; }

    public string Outside { get; }

    public string Data { get; }

    public IServiceProvider Services => _services;

    public IDatasets Datasets => _services.GetRequiredService<IDatasets>();

    public static async Task<DatasetsHost> StartAsync(DatasetsOptions? options = null)
    {
        var host = new DatasetsHost(options);
        await host._services.OpenStorageAsync(TestContext.Current.CancellationToken);
        return host;
    }

    /// <summary>Writes a file of the project.</summary>
    public string Write(string name, string content)
    {
        var path = Path.Combine(Project, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    public DatasetQuery Query(string sql, string? time = null, string? label = null) => new("rides", sql, Project, time, label);

    public Task<SnapshotResult> SnapshotAsync(string sql, string? time = null, string? label = null) =>
        Datasets.SnapshotAsync(Query(sql, time, label), Actor.Local, TestContext.Current.CancellationToken);

    public Task<Table> TableAsync(string sql, string? time = null, string? label = null) =>
        Datasets.QueryAsync(Query(sql, time, label), TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }
}
