using System.Globalization;
using System.Text.Json;
using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Core.Projects;
using Slipway.Datasets;
using Slipway.Inference;
using Slipway.Statistics.Quality;
using Slipway.Storage;
using Slipway.Validation;

namespace Slipway.Training.Commands;

/// <summary>
/// Trains by running a project's own program. It finds the rows as CSV files, writes its model into a folder and its metrics into a file; environment variables say where. The
/// program is the project's, not the model's: it runs only where the operator allows it, without the server's environment.
/// </summary>
internal sealed class CommandTrainer(IDatasets datasets, DataFolder dataFolder, TrainingOptions options, TimeProvider clock) : ITrainer
{
    /// <inheritdoc/>
    public string Name => "command";

    /// <inheritdoc/>
    public async Task<TrainedModel> TrainAsync(TrainingJob job, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var task = Check(job);
        var label = job.Dataset.Label ?? throw Invalid($"{job.Model} has no label to learn. Name the column as data.label.");
        var folder = new ModelFolder(job.OutputFolder);
        var table = await datasets.ReadAsync(job.Dataset, columns: null, cancellationToken);
        LabelColumn.Read(table[label], task);
        var holdOut = HoldOut.Of(job.Train.Split, table.Rows, job.Dataset.Time is not null, job.Train.Seed);

        using var work = dataFolder.CreateWorkFolder("training");
        var metricsFile = Path.Combine(work.Path, "metrics.json");
        return await folder.FillAsync(async () =>
        {
            var environment = await PrepareAsync(job, table, holdOut, label, work.Path, metricsFile, cancellationToken);
            progress?.Report(new TrainingProgress("command", 0, 1));
            await CommandProcess.RunAsync(job.Train.Command, job.ProjectFolder, environment, job.Train.CommandTimeout, clock, cancellationToken);
            progress?.Report(new TrainingProgress("command", 1, 1));

            var reported = CommandMetrics.Read(metricsFile);
            using var model = Load(folder.Path);
            var scored = await Task.Run(() => ModelScorer.Score(model, task, label, table.Take(holdOut.Test), cancellationToken), cancellationToken);

            // Where both know a metric, what was measured here counts: the program may have measured on other rows.
            var metrics = new SortedDictionary<string, double>(reported, StringComparer.Ordinal);
            foreach (var (metric, value) in QualityMetrics.ComputeAll(scored))
            {
                metrics[metric] = value;
            }

            return new TrainedModel
            {
                Folder = folder.Path,
                Signature = model.Signature,
                Recipe = Describe(job.Train, holdOut.By),
                Metrics = metrics,
                TestRows = holdOut.Test,
                RunId = job.RunId ?? Guid.CreateVersion7(clock.GetUtcNow()).ToString("N"),
                Trials = 1,
            };
        });
    }

    private LearningTask Check(TrainingJob job)
    {
        if (!options.AllowCommands)
        {
            throw new SlipwayException(
                ErrorKind.Forbidden, "This server does not run train.command, because it listens beyond this machine. Train elsewhere and give the model as `artifact:`, or let the operator allow commands.");
        }

        if (job.Train.Command.Count == 0)
        {
            throw Invalid("train.command is empty. Write it as a program and its arguments: [python3, train.py].");
        }

        if (job.Train.Search is not null)
        {
            throw Invalid("train.search works with algorithm: lightgbm. A command does its own search.");
        }

        return LearningTasks.TryParse(job.Train.Task, out var task) ? task : throw Invalid($"train.task is '{job.Train.Task}', but the tasks are regression, binary and multiclass.");
    }

    private static async Task<Dictionary<string, string>> PrepareAsync(
        TrainingJob job, Table table, HoldOut holdOut, string label, string work, string metricsFile, CancellationToken cancellationToken)
    {
        var train = Path.Combine(work, "train.csv");
        var test = Path.Combine(work, "test.csv");
        await CsvFile.WriteAsync(train, table, holdOut.Training, cancellationToken);
        await CsvFile.WriteAsync(test, table, holdOut.Test, cancellationToken);
        var temporary = Directory.CreateDirectory(Path.Combine(work, "tmp"));

        var environment = new Dictionary<string, string>
        {
            ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "/usr/local/bin:/usr/bin:/bin",
            ["HOME"] = Environment.GetEnvironmentVariable("HOME") ?? job.ProjectFolder,
            ["LANG"] = Environment.GetEnvironmentVariable("LANG") ?? "C.UTF-8",
            ["TMPDIR"] = temporary.FullName,
            ["SLIPWAY_TRAIN"] = train,
            ["SLIPWAY_TEST"] = test,
            ["SLIPWAY_MODEL_DIR"] = Path.GetFullPath(job.OutputFolder),
            ["SLIPWAY_METRICS"] = metricsFile,
            ["SLIPWAY_TASK"] = job.Train.Task,
            ["SLIPWAY_LABEL"] = label,
            ["SLIPWAY_SEED"] = job.Train.Seed.ToString(CultureInfo.InvariantCulture),
            ["SLIPWAY_THREADS"] = job.Train.Threads.ToString(CultureInfo.InvariantCulture),
            ["SLIPWAY_PARAMETERS"] = JsonSerializer.Serialize(job.Train.Parameters, SlipwayJson.Options),
        };
        if (job.Dataset.Time is { } time)
        {
            environment["SLIPWAY_TIME"] = time;
        }

        return environment;
    }

    private static IModel Load(string folder)
    {
        if (!Directory.EnumerateFileSystemEntries(folder).Any())
        {
            throw new SlipwayException(ErrorKind.Failed, "train.command ended well but wrote no model. It must write model.onnx or a LightGBM model.txt into the folder that SLIPWAY_MODEL_DIR names.");
        }

        try
        {
            return ModelLoader.Load(folder, new ModelLoadOptions());
        }
        catch (SlipwayException e)
        {
            throw new SlipwayException(ErrorKind.Failed, $"The model that train.command wrote cannot be used: {e.Message}", e) { Details = e.Details };
        }
    }

    private static SortedDictionary<string, string> Describe(TrainSection train, string splitBy)
    {
        var recipe = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["algorithm"] = "command",
            ["command"] = JsonSerializer.Serialize(train.Command, SlipwayJson.Options),
            ["task"] = train.Task,
            ["threads"] = train.Threads.ToString(CultureInfo.InvariantCulture),
            ["seed"] = train.Seed.ToString(CultureInfo.InvariantCulture),
            ["split.by"] = splitBy,
            ["split.test"] = train.Split.Test.ToString(CultureInfo.InvariantCulture),
        };
        foreach (var (name, value) in train.Parameters)
        {
            recipe.TryAdd(name, value);
        }

        return recipe;
    }

    private static SlipwayException Invalid(string message) => new(ErrorKind.InvalidInput, message);
}
