using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Access;
using Slipway.Core;
using Slipway.Core.Names;
using Slipway.Core.Projects;
using Slipway.Datasets;
using Slipway.Monitoring;
using Slipway.Monitoring.Alerts;
using Slipway.Monitoring.Log;
using Slipway.Monitoring.Log.Rules;
using Slipway.Monitoring.Outcomes;
using Slipway.Monitoring.Profiles;
using Slipway.Monitoring.Watching;
using Slipway.Registry;
using Slipway.Retraining;
using Slipway.Retraining.Pipelines;
using Slipway.Rollouts;
using Slipway.Rollouts.Releases;
using Slipway.Serving;
using Slipway.Storage;
using Slipway.Tests;
using Slipway.Tracking;
using Slipway.Training;
using Slipway.Validation;

[assembly: AssemblyFixture(typeof(Slipway.Watch.Tests.Monitoring.Watching.WatchFixture))]

namespace Slipway.Watch.Tests.Monitoring.Watching;

/// <summary>Two models with their training data on real storage: a line of known noise, and the bikes. Each test has a deployment of its own.</summary>
public sealed class WatchFixture : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-watch-").FullName;
    private readonly StatedProjects _projects = new();
    private WebApplication _app = null!;

    public static VersionReference Line { get; } = VersionReference.Parse("line@1.0.0");

    public static VersionReference Bikes { get; } = VersionReference.Parse("bike-demand@1.0.0");

    /// <summary>Registered, but nobody knows what it was trained on.</summary>
    public static VersionReference Finished { get; } = VersionReference.Parse("finished@1.0.0");

    public static Actor Alice { get; } = new("alice");

    public HttpClient Http { get; private set; } = null!;

    public Database Database => Get<Database>();

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Services
            .ConfigureHttpJsonOptions(options => SlipwayJson.Configure(options.SerializerOptions))
            .AddTestStorage(Path.Combine(_folder, "data"))
            .AddAccess(new AccessOptions())
            .AddDatasets()
            .AddTracking()
            .AddTraining(new TrainingOptions(AllowCommands: false))
            .AddValidation()
            .AddRegistry()
            .AddRollouts()
            .AddServing(new ServingOptions())
            .AddRetraining(new RetrainingOptions(ProjectRoots: null))
            .AddMonitoring(new MonitoringOptions())
            .AddSingleton<IMonitoredProjects>(_projects)
            .AddSingleton<IPredictionLog, EmptyLog>()
            .AddSingleton<IRollouts, NoRollouts>();
        _app = builder.Build();
        _app.UseAccess();
        _app.MapMonitoring();
        await _app.Services.OpenStorageAsync(CancellationToken.None);
        await _app.StartAsync();
        Http = _app.GetTestClient();
        await TrainAsync("line", LineYaml, ("rows.csv", Encoding.UTF8.GetBytes(LineRows())));
        await TrainAsync("bikes", BikesYaml, ("bike_sharing_hourly.csv.gz", await File.ReadAllBytesAsync(Bike.File)));
        var line = await Get<IModelRegistry>().GetAsync(Line, CancellationToken.None);
        var lineage = new Lineage(null, null, new Dictionary<string, string>(), null, null);
        await Get<IModelRegistry>().RegisterAsync(
            new NewModelVersion("finished", line.ArtifactDigest, line.Format, line.Signature, new Dictionary<string, double>(), lineage), Alice, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>What the deployment's project says from now on.</summary>
    public void State(string deployment, string monitor, string? segments = null, string model = "line") => _projects.Of[deployment] = ProjectFile.Parse($$"""
        model: {{model}}
        data:
          sql: select * from 'rows.csv'
          label: y
        {{(segments is null ? "" : $"  segments: {segments}")}}
        train: { task: regression }
        monitor: {{monitor}}
        """, "slipway.yaml");

    /// <summary>A watcher as a process has it after its start.</summary>
    internal async Task<TestWatcher> StartAsync(string deployment)
    {
        var services = _app.Services;
        var watcher = new WindowWatcher(
            new OutcomeModels(Get<IModelRegistry>(), TimeProvider.System, _projects),
            Get<RecordingRules>(),
            Get<IModelRegistry>(),
            Get<BaselineBuilder>(),
            Get<BaselineStore>(),
            Get<ProfileStore>(),
            Get<VerdictStore>(),
            Get<WatchedStore>(),
            Get<AlertStore>(),
            Get<WatchFigures>(),
            services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance);
        await watcher.RestoreAsync(deployment, CancellationToken.None);
        return new TestWatcher(deployment, watcher, Database);
    }

    private const string LineYaml = """
        model: line
        data:
          sql: select * from 'rows.csv'
          label: y
        train:
          task: regression
          parameters: { rounds: 60, learning_rate: 0.2 }
        validate:
          performance: { rmse: "<= 4" }
        deploy: { name: trained-line }
        """;

    private const string BikesYaml = """
        model: bike-demand
        data:
          sql: |
            select dteday + to_hours(hr) as event_time, season, hr, weekday, workingday, weathersit, temp, hum, windspeed, cnt
            from 'bike_sharing_hourly.csv.gz'
            where dteday < '2011-07-01'
          time: event_time
          label: cnt
          segments: [workingday]
        train:
          task: regression
          parameters: { rounds: 40 }
          split: { by: time, test: 20% }
        validate:
          performance: { rmse: "<= 500" }
        deploy: { name: trained-bikes }
        """;

    private static string LineRows()
    {
        var random = new Random(7);
        var text = new StringBuilder("x,colour,y\n");
        for (var i = 0; i < 5000; i++)
        {
            var (x, colour) = (random.NextDouble() * 10, random.Next(2) == 0 ? "red" : "blue");
            text.Append(CultureInfo.InvariantCulture, $"{x:R},{colour},{(3 * x) + (colour == "red" ? 5 : 0) + (2 * (random.NextDouble() - 0.5)):R}\n");
        }

        return text.ToString();
    }

    private async Task TrainAsync(string name, string yaml, (string Name, byte[] Content) file)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
        await File.WriteAllBytesAsync(Path.Combine(folder, file.Name), file.Content);
        var run = await Get<IPipelines>().StartAsync(new PipelineRequest(yaml, "slipway.yaml", folder, PipelineGoal.Deploy), new Caller(Alice, Role.Admin, IsAuthenticated: false), CancellationToken.None);
        await foreach (var state in Get<IPipelines>().WatchAsync(run.Id, CancellationToken.None))
        {
            run = state;
        }

        if (await Get<IModelRegistry>().FindAsync(VersionReference.Parse($"{(name == "line" ? "line" : "bike-demand")}@1.0.0"), CancellationToken.None) is null)
        {
            throw new InvalidOperationException($"The model of {name} was not trained: {System.Text.Json.JsonSerializer.Serialize(run, SlipwayJson.Options)}");
        }
    }
}

/// <summary>The one loop, by hand.</summary>
internal sealed class TestWatcher(string deployment, WindowWatcher watcher, Database database)
{
    public void Take(PredictionBatch batch) => watcher.Take(batch);

    public void Take(IEnumerable<JoinedOutcome> outcomes)
    {
        foreach (var outcome in outcomes)
        {
            watcher.Take(outcome);
        }
    }

    public async Task SettleAsync(DateTimeOffset now)
    {
        await AdvanceAsync(now);
        await SaveAsync();
    }

    public Task AdvanceAsync(DateTimeOffset now) => watcher.AdvanceAsync(deployment, now, CancellationToken.None);

    public async Task SaveAsync(bool fails = false)
    {
        await database.WriteAsync(
            async transaction =>
            {
                await watcher.SaveAsync(transaction);
                return fails ? throw new IOException("The disk is full.") : true;
            },
            CancellationToken.None);
        watcher.Saved();
    }
}

internal sealed class StatedProjects : IMonitoredProjects
{
    public Dictionary<string, ProjectConfig> Of { get; } = [];

    /// <summary>A project that says nothing but what is recorded.</summary>
    public void State(string deployment, LogSection log) => Of[deployment] = new ProjectConfig { Model = deployment, Monitor = new MonitorSection { Log = log } };

    public Task<ProjectConfig?> FindAsync(string deployment, CancellationToken cancellationToken) => Task.FromResult(Of.GetValueOrDefault(deployment));

    public Task<IReadOnlyList<ProjectConfig>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<ProjectConfig>>(
        [.. Of.Select(project => project.Value with { Deploy = new DeploySection { Name = project.Key } })]);
}

internal sealed class EmptyLog : IPredictionLog
{
    public PredictionLogFigures Figures => new(0, 0, 0);

    public ValueTask PostAsync(object note, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public Task DrainAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<IReadOnlyList<PredictionBatch>> FindAsync(string deployment, IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<PredictionBatch>>([]);
}

internal sealed class NoRollouts : IRollouts
{
    public Task<RolloutState> StartAsync(RolloutRequest request, Actor actor, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<RolloutState> PromoteAsync(string id, Actor actor, string? reason, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<RolloutState> RollBackAsync(string id, Actor actor, string? reason, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task ReconcileAsync(string deployment, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<RolloutState?> FindAsync(string id, CancellationToken cancellationToken) => Task.FromResult<RolloutState?>(null);

    public Task<RolloutState?> FindActiveAsync(string deployment, CancellationToken cancellationToken) => Task.FromResult<RolloutState?>(null);

    public Task<IReadOnlyList<RolloutState>> ListAsync(string deployment, int limit, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<RolloutState>>([]);

    public Task<IReadOnlyList<RolloutLook>> ListLooksAsync(string id, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<RolloutLook>>([]);
}
