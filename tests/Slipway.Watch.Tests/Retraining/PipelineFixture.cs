using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Access;
using Slipway.Core;
using Slipway.Datasets;
using Slipway.Monitoring;
using Slipway.Monitoring.Log.Rules;
using Slipway.Registry;
using Slipway.Retraining;
using Slipway.Retraining.Pipelines;
using Slipway.Rollouts;
using Slipway.Rollouts.Releases;
using Slipway.Serving;
using Slipway.Storage;
using Slipway.Storage.Blobs;
using Slipway.Tests;
using Slipway.Tracking;
using Slipway.Training;
using Slipway.Validation;

namespace Slipway.Watch.Tests.Retraining;

/// <summary>All modules up to the pipeline, on a data folder and a project's folder of their own.</summary>
public sealed class PipelineFixture : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private PipelineFixture(string root, ServiceProvider services)
    {
        Root = root;
        _services = services;
        Rollouts = Get<PlainRollouts.Kept>();
    }

    public static Actor Alice { get; } = new("alice");

    /// <summary>Alice, who may do everything here.</summary>
    public static Caller AliceCalls { get; } = new(Alice, Role.Admin, IsAuthenticated: false);

    public string Root { get; }

    public string Project => Path.Combine(Root, "project");

    public IPipelines Pipelines => Get<IPipelines>();

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    internal KilledDatabase.Switch Kill => Get<KilledDatabase.Switch>();

    internal PlainRollouts.Kept Rollouts { get; }

    internal static async Task<PipelineFixture> StartAsync(
        CancellationToken cancellationToken, string? root = null, RetrainingOptions? options = null, PlainRollouts.Kept? rollouts = null, StatedMonitoring? monitoring = null, bool createProject = true,
        MonitoringOptions? server = null)
    {
        root ??= Directory.CreateTempSubdirectory("slipway-pipeline-").FullName;
        if (createProject)
        {
            Directory.CreateDirectory(Path.Combine(root, "project"));
        }

        var collection = new ServiceCollection()
            .AddSingleton(typeof(Microsoft.Extensions.Logging.ILogger<>), typeof(NullLogger<>))
            .AddSingleton<Microsoft.Extensions.Logging.ILoggerFactory>(NullLoggerFactory.Instance)
            .AddSingleton(TimeProvider.System)
            .AddTestStorage(Path.Combine(root, "data"))
            .AddAccess(new AccessOptions())
            .AddDatasets()
            .AddTracking()
            .AddTraining(new TrainingOptions(AllowCommands: true))
            .AddValidation()
            .AddRegistry()
            .AddRollouts()
            .AddServing(new ServingOptions())
            .AddRetraining(options ?? new RetrainingOptions(ProjectRoots: null))
            .AddSingleton(rollouts ?? new PlainRollouts.Kept())
            .AddSingleton<IRollouts, PlainRollouts>()
            .AddSingleton(monitoring ?? new StatedMonitoring())
            .AddSingleton<IMonitoring>(provider => provider.GetRequiredService<StatedMonitoring>())
            .AddSingleton(server ?? new MonitoringOptions())
            .AddSingleton<RecordingRules>()
            .AddSingleton<IRecordingRules>(provider => provider.GetRequiredService<RecordingRules>())
            .AddSingleton<KilledDatabase.Switch>();
        var database = collection.Last(service => service.ServiceType == typeof(Database)).ImplementationFactory!;
        collection.AddSingleton<Database>(provider => new KilledDatabase((Database)database(provider), provider.GetRequiredService<KilledDatabase.Switch>()));
        var services = collection.BuildServiceProvider();
        await services.OpenStorageAsync(cancellationToken);
        foreach (var service in services.GetServices<IHostedService>())
        {
            await service.StartAsync(cancellationToken);
        }

        return new PipelineFixture(root, services);
    }

    /// <summary>Writes a table of 600 rows in which <c>y</c> follows from <c>x</c> and <c>colour</c>, with some noise.</summary>
    public void WriteRows(string file = "rows.csv", int rows = 600)
    {
        var random = new Random(7);
        var text = new StringBuilder("x,colour,y\n");
        for (var i = 0; i < rows; i++)
        {
            var x = random.NextDouble() * 10;
            var red = random.Next(2) == 0;
            var y = (3 * x) + (red ? 5 : 0) + random.NextDouble();
            text.Append(CultureInfo.InvariantCulture, $"{x:R},{(red ? "red" : "blue")},{y:R}\n");
        }

        File.WriteAllText(Path.Combine(Project, file), text.ToString());
    }

    public static string Yaml(string gate = "rmse: \"<= 4\"", string approval = "auto", int rounds = 60) => $$"""
        model: line
        data:
          sql: |
            select *
            from 'rows.csv'
          label: y
        train:
          task: regression
          parameters: { rounds: {{rounds}}, learning_rate: 0.2 }
        validate:
          performance: { {{gate}} }
        deploy:
          name: lines
          approval: {{approval}}
        """;

    /// <summary>
    /// Makes <c>train.sh</c> of the project a trainer whose result is another one each time, and which writes a line into <c>trained.txt</c> whenever it ends. It waits for the file
    /// <c>go</c>. Its model is the one that is live as <c>lines</c>.
    /// </summary>
    public async Task<string> WriteCommandAsync(CancellationToken cancellationToken)
    {
        var live = (await Get<IDeployments>().FindAsync("lines", cancellationToken))!.Stable;
        var folder = await Get<IArtifactStore>().GetFolderAsync(live.ArtifactDigest, cancellationToken);
        Directory.CreateDirectory(Path.Combine(Project, "prepared"));
        foreach (var file in Directory.GetFiles(folder))
        {
            File.Copy(file, Path.Combine(Project, "prepared", Path.GetFileName(file)));
        }

        File.WriteAllText(Path.Combine(Project, "train.sh"), """
            set -e
            echo begun >> begun.txt
            while [ ! -e go ]; do sleep 0.02; done
            cp prepared/* "$SLIPWAY_MODEL_DIR"
            od -An -N8 -tx8 /dev/urandom > "$SLIPWAY_MODEL_DIR/note.txt"
            echo '{ "seconds": 1 }' > "$SLIPWAY_METRICS"
            echo trained >> trained.txt
            """);
        return Yaml().Replace("parameters: { rounds: 60, learning_rate: 0.2 }", "command: [sh, train.sh]", StringComparison.Ordinal);
    }

    /// <summary>Lets the command of <see cref="WriteCommandAsync"/> end.</summary>
    public void LetTrain() => File.WriteAllText(Path.Combine(Project, "go"), "");

    /// <summary>How often that command has ended.</summary>
    public int Trained => File.Exists(Path.Combine(Project, "trained.txt")) ? File.ReadAllLines(Path.Combine(Project, "trained.txt")).Length : 0;

    /// <summary>Runs a project to its end.</summary>
    public async Task<PipelineRun> RunAsync(string yaml, CancellationToken cancellationToken, PipelineGoal goal = PipelineGoal.Deploy, DateTimeOffset? asOf = null)
    {
        var request = new PipelineRequest(yaml, "slipway.yaml", Project, goal) { AsOf = asOf };
        return await EndAsync((await Pipelines.StartAsync(request, AliceCalls, cancellationToken)).Id, cancellationToken);
    }

    /// <summary>The last state of a run.</summary>
    public async Task<PipelineRun> EndAsync(string id, CancellationToken cancellationToken)
    {
        PipelineRun? run = null;
        await foreach (var state in Pipelines.WatchAsync(id, cancellationToken))
        {
            run = state;
        }

        return run!;
    }

    /// <summary>Stops the services, and keeps the folder for another fixture.</summary>
    public async Task StopAsync()
    {
        foreach (var service in _services.GetServices<IHostedService>().Reverse())
        {
            await service.StopAsync(CancellationToken.None);
        }

        await _services.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(Root, recursive: true);
    }
}
