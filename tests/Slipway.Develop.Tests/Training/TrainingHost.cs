using Microsoft.Extensions.DependencyInjection;
using Slipway.Core;
using Slipway.Core.Projects;
using Slipway.Datasets;
using Slipway.Storage;
using Slipway.Tests;
using Slipway.Tracking;
using Slipway.Training;

namespace Slipway.Develop.Tests.Training;

/// <summary>Training on real SQLite, DuckDB, LightGBM and temporary folders: one for Slipway's data, one for a project, one for each output.</summary>
public sealed class TrainingHost : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("slipway-training-").FullName;
    private readonly ServiceProvider _services;
    private int _outputs;

    public TrainingHost()
        : this(allowCommands: true)
    {
    }

    internal TrainingHost(bool allowCommands)
    {
        Project = Directory.CreateDirectory(Path.Combine(_root, "project")).FullName;
        _services = new ServiceCollection()
            .AddLogging()
            .AddTestStorage(Path.Combine(_root, "data"))
            .AddDatasets()
            .AddTracking()
            .AddTraining(new TrainingOptions(allowCommands))
            .BuildServiceProvider();
    }

    public string Project { get; }

    public string Work => Path.Combine(_root, "data", "work");

    public IServiceProvider Services => _services;

    public ITrials Trials => _services.GetRequiredService<ITrials>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ITrainer Trainer(string name) => _services.GetServices<ITrainer>().Single(t => t.Name == name);

    public async ValueTask InitializeAsync() => await _services.OpenStorageAsync(Cancel);

    /// <summary>A job on the result of SQL over the files of <paramref name="folder"/>.</summary>
    public async Task<TrainingJob> JobAsync(string sql, string label, TrainSection train, string? time = null, string? folder = null)
    {
        var query = new DatasetQuery("rows", sql, folder ?? Project, time, label);
        var snapshot = await _services.GetRequiredService<IDatasets>().SnapshotAsync(query, Actor.Local, Cancel);
        return new TrainingJob("model", train, snapshot.Version, Project, NewOutput());
    }

    public string NewOutput() => Directory.CreateDirectory(Path.Combine(_root, "output", $"{Interlocked.Increment(ref _outputs)}")).FullName;

    public Task<TrainedModel> TrainAsync(TrainingJob job, IProgress<TrainingProgress>? progress = null, CancellationToken? cancel = null) =>
        Trainer(job.Train.Algorithm ?? "command").TrainAsync(job, progress, cancel ?? Cancel);

    public Task<Table> ReadAsync(TrainingJob job) => _services.GetRequiredService<IDatasets>().ReadAsync(job.Dataset, null, Cancel);

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }
}
