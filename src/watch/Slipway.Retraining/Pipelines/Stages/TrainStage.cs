using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Core.Files;
using Slipway.Core.Projects;
using Slipway.Datasets;
using Slipway.Registry;
using Slipway.Storage.Blobs;
using Slipway.Training;

namespace Slipway.Retraining.Pipelines.Stages;

/// <summary>Rows to a model's files, or a finished artifact taken as it is.</summary>
internal sealed class TrainStage(
    IEnumerable<ITrainer> trainers, RecipeStore recipes, IModelRegistry registry, IArtifactStore artifacts, ChampionLookup champions, TrainingRecord record) : IStage
{
    public string Name => "train";

    public async Task<StageOutcome> RunAsync(PipelineContext context, IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
    {
        if (context.Config.Artifact is { } artifact)
        {
            context.ModelFolder = CopyArtifact(context, artifact);
            context.Checkpoint = await KeepAsync(context, cancellationToken);
            return StageOutcome.Skipped($"{artifact} is finished");
        }

        var dataset = context.Dataset!;
        var train = Prepare(context, dataset);
        if (await FindKnownAsync(context, cancellationToken) is { } known)
        {
            context.Known = known;
            var facts = (JsonObject)known.Facts.Train.DeepClone();
            facts["reused"] = true;
            return StageOutcome.Succeeded($"the same data and recipe are {known.Version} already", facts);
        }

        var name = train.Command.Count > 0 ? "command" : train.Algorithm ?? "lightgbm";
        var trainer = trainers.FirstOrDefault(t => t.Name == name)
            ?? throw new SlipwayException(ErrorKind.InvalidInput, $"train.algorithm '{name}' is not known. Allowed are {string.Join(", ", trainers.Select(t => t.Name))}.");
        var output = Directory.CreateDirectory(Path.Combine(context.WorkFolder, "model")).FullName;
        var job = new TrainingJob(context.Config.Model, train, dataset, context.Request.Folder, output) { RunId = await record.BeginAsync(context, train, dataset, cancellationToken) };
        TrainedModel trained;
        try
        {
            trained = await trainer.TrainAsync(job, progress, cancellationToken);
        }
        catch (Exception e)
        {
            await record.FailAsync(job.RunId, e);
            throw;
        }

        await record.FinishAsync(trained, cancellationToken);
        context.Trained = trained;
        context.ModelFolder = trained.Folder;
        context.Checkpoint = await KeepAsync(context, cancellationToken);
        return StageOutcome.Succeeded(Describe(trained, name), Facts(trained));
    }

    /// <summary>The model that was trained before, byte for byte: a command that is run again may write another one.</summary>
    public async Task<bool> TryRestoreAsync(PipelineContext context, PipelineStage ended, CancellationToken cancellationToken)
    {
        if (context.Config.Artifact is null)
        {
            Prepare(context, context.Dataset!);
            if (ended.Facts["reused"]?.GetValue<bool>() == true)
            {
                context.Known = await FindKnownAsync(context, cancellationToken);
                return context.Known is not null;
            }
        }

        if (context.Checkpoint is not { } checkpoint)
        {
            return false;
        }

        context.ModelFolder = await artifacts.GetFolderAsync(checkpoint.Artifact, cancellationToken);
        context.Trained = checkpoint.Restore(context.ModelFolder);
        return true;
    }

    /// <summary>The task that a label speaks of, where the project leaves it open: two values are classes, more texts are more classes, other numbers are a quantity.</summary>
    internal static string InferTask(DatasetVersion dataset)
    {
        var label = dataset.Columns.FirstOrDefault(column => column.Name == dataset.Label)
            ?? throw new SlipwayException(ErrorKind.InvalidInput, "Nothing says which column to learn. Set `data.label` to one of the data's columns.");
        return label switch
        {
            { Distinct: 2 } => "binary",
            { Kind: ColumnKind.Text } => "multiclass",
            _ => "regression",
        };
    }

    private static TrainSection Prepare(PipelineContext context, DatasetVersion dataset)
    {
        var train = context.Config.Train ?? new TrainSection { Task = InferTask(dataset), Algorithm = "lightgbm" };
        context.Train = train;
        context.RecipeKey = RecipeStore.Key(dataset, train, context.Config.Validate);
        return train;
    }

    private async Task<Checkpoint> KeepAsync(PipelineContext context, CancellationToken cancellationToken) =>
        Checkpoint.Of((await artifacts.PutFolderAsync(context.ModelFolder!, cancellationToken)).Digest, context.Trained);

    // A version that was rejected since must be made again, and judged again, not reused; so must one that was compared with another live version than today's.
    private async Task<KnownRecipe?> FindKnownAsync(PipelineContext context, CancellationToken cancellationToken)
    {
        if (context.RecipeKey is null || await recipes.FindAsync(context.Config.Model, context.RecipeKey, cancellationToken) is not { } known)
        {
            return null;
        }

        if (await champions.FindAsync(context.Config, cancellationToken) is { Reference: var live }
            && live != known.Version
            && known.Facts.Validate["champion"]?.GetValue<string>() != live.ToString())
        {
            return null;
        }

        context.Version = await registry.FindAsync(known.Version, cancellationToken);
        return context.Version is { State: VersionState.Validated or VersionState.Approved } ? known : null;
    }

    private static string CopyArtifact(PipelineContext context, string artifact)
    {
        var source = SafePath.Resolve(context.Request.Folder, artifact, "artifact");
        var target = Path.Combine(context.WorkFolder, "model");
        if (Directory.Exists(source))
        {
            // A copy into itself has no end.
            if (target.StartsWith(source + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            {
                throw new SlipwayException(
                    ErrorKind.InvalidInput, $"The artifact's folder '{artifact}' contains the server's data folder. Put the model's files into a folder of their own and name that.");
            }

            CopyFolder(new DirectoryInfo(source), target, context.Request.Folder);
        }
        else if (File.Exists(source))
        {
            // A single file takes the name by which its format is known inside an artifact.
            Directory.CreateDirectory(target);
            var name = Path.GetExtension(source) switch { ".onnx" => "model.onnx", ".txt" => "model.txt", _ => Path.GetFileName(source) };
            File.Copy(source, Path.Combine(target, name));
        }
        else
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"The artifact '{artifact}' is not in {context.Request.Folder}. Give a model file or folder relative to the project's file.");
        }

        return target;
    }

    private static void CopyFolder(DirectoryInfo source, string target, string root)
    {
        Directory.CreateDirectory(target);
        foreach (var entry in source.EnumerateFileSystemInfos())
        {
            // A link inside the artifact may point anywhere on this machine; the resolver refuses what leaves the project.
            var real = SafePath.Resolve(root, Path.GetRelativePath(root, entry.FullName), "artifact's file");
            if (entry is DirectoryInfo folder)
            {
                CopyFolder(folder, Path.Combine(target, folder.Name), root);
            }
            else
            {
                File.Copy(real, Path.Combine(target, entry.Name));
            }
        }
    }

    private static string Describe(TrainedModel trained, string name)
    {
        var metrics = string.Join(", ", trained.Metrics.Take(2).Select(m => string.Create(CultureInfo.InvariantCulture, $"{m.Key} {m.Value:G4}")));
        var trials = trained.Trials == 1 ? "1 trial" : $"{trained.Trials} trials";
        return string.Create(CultureInfo.InvariantCulture, $"{name}, {trials}, {trained.TestRows.Count:N0} rows held out: {metrics}");
    }

    private static JsonObject Facts(TrainedModel trained) => new()
    {
        ["runId"] = trained.RunId,
        ["trials"] = trained.Trials,
        ["heldOut"] = trained.TestRows.Count,
        ["recipe"] = JsonSerializer.SerializeToNode(trained.Recipe, SlipwayJson.Options),
        ["metrics"] = JsonSerializer.SerializeToNode(trained.Metrics, SlipwayJson.Options),
        ["reused"] = false,
    };
}
