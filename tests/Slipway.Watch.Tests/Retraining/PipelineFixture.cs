using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Access;
using Slipway.Core;
using Slipway.Datasets;
using Slipway.Registry;
using Slipway.Retraining;
using Slipway.Retraining.Pipelines;
using Slipway.Rollouts;
using Slipway.Serving;
using Slipway.Storage;
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
    }

    public static Actor Alice { get; } = new("alice");

    public string Root { get; }

    public string Project => Path.Combine(Root, "project");

    public IPipelines Pipelines => Get<IPipelines>();

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public static async Task<PipelineFixture> StartAsync(CancellationToken cancellationToken, string? root = null, RetrainingOptions? options = null)
    {
        root ??= Directory.CreateTempSubdirectory("slipway-pipeline-").FullName;
        Directory.CreateDirectory(Path.Combine(root, "project"));
        var services = new ServiceCollection()
            .AddSingleton(typeof(Microsoft.Extensions.Logging.ILogger<>), typeof(NullLogger<>))
            .AddSingleton<Microsoft.Extensions.Logging.ILoggerFactory>(NullLoggerFactory.Instance)
            .AddSingleton(TimeProvider.System)
            .AddStorage(new StorageOptions(Path.Combine(root, "data")))
            .AddAccess(new AccessOptions())
            .AddDatasets()
            .AddTraining(new TrainingOptions(AllowCommands: true))
            .AddValidation()
            .AddRegistry()
            .AddRollouts()
            .AddServing(new ServingOptions())
            .AddRetraining(options ?? new RetrainingOptions(ProjectRoots: null))
            .BuildServiceProvider();
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

    /// <summary>Runs a project to its end.</summary>
    public async Task<PipelineRun> RunAsync(string yaml, CancellationToken cancellationToken, PipelineGoal goal = PipelineGoal.Deploy)
    {
        var run = await Pipelines.StartAsync(new PipelineRequest(yaml, "slipway.yaml", Project, goal), Alice, cancellationToken);
        await foreach (var state in Pipelines.WatchAsync(run.Id, cancellationToken))
        {
            run = state;
        }

        return run;
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
