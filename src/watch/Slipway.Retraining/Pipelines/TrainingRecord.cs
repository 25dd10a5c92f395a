using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Core.Projects;
using Slipway.Datasets;
using Slipway.Storage;
using Slipway.Storage.Blobs;
using Slipway.Tracking.Recording;
using Slipway.Training;

namespace Slipway.Retraining.Pipelines;

/// <summary>
/// Records each training of the pipeline as a run of tracking: from which code, on which machine, on which rows, with which seed and command, and what came out of it. The trials of its search are
/// its children, which the trainer records.
/// </summary>
internal sealed class TrainingRecord(IRunRecorder recorder, Database database, IBlobStore blobs, TimeProvider time)
{
    private const string PipelineTag = "slipway.pipeline";

    /// <summary>Begins the run and returns its id. One that an earlier attempt of the same pipeline run left is ended first.</summary>
    public async Task<string> BeginAsync(PipelineContext context, TrainSection train, DatasetVersion dataset, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var id = Guid.CreateVersion7(now).ToString("N");
        var folder = context.Request.Folder;
        var attachments = new List<(string Path, Blob Blob)> { ("slipway.yaml", await PutAsync(context.Request.Yaml, cancellationToken)), ("environment.json", await PutAsync(Packages(), cancellationToken)) };
        if (GitDiff.Find(folder) is { } diff)
        {
            attachments.Add(("git.diff", await PutAsync(diff, cancellationToken)));
        }

        var run = new RecordedRun(id, context.Config.Model, $"train-{id[^8..]}", context.Actor.Name, now) { Values = new RecordedValues { Tags = Tags(context, train, dataset, GitCommit.Find(folder)) } };
        await WriteAsync(
            async transaction =>
            {
                await recorder.EndLeftAsync(transaction, PipelineTag, context.RunId, now);
                await recorder.BeginAsync(transaction, run);
                foreach (var (path, blob) in attachments)
                {
                    await recorder.AttachAsync(transaction, id, path, blob);
                }
            },
            cancellationToken);
        return id;
    }

    /// <summary>Logs what the training gave, and ends its run.</summary>
    public Task FinishAsync(TrainedModel trained, CancellationToken cancellationToken) => WriteAsync(
        async transaction =>
        {
            var now = time.GetUtcNow();
            await recorder.LogAsync(transaction, trained.RunId, new RecordedValues { Parameters = trained.Recipe, Metrics = trained.Metrics }, now);
            await recorder.EndAsync(transaction, trained.RunId, RecordedEnd.Finished, now);
        },
        cancellationToken);

    /// <summary>Ends the run of a training that gave nothing. Where that cannot be written, the training's own error is what people hear.</summary>
    public async Task FailAsync(string runId, Exception cause)
    {
        try
        {
            // Not the training's token: how it ended must be known whatever ended it.
            await WriteAsync(
                async transaction =>
                {
                    var now = time.GetUtcNow();
                    await recorder.LogAsync(transaction, runId, new RecordedValues { Tags = new Dictionary<string, string> { ["slipway.error"] = cause.Message } }, now);
                    await recorder.EndAsync(transaction, runId, cause is OperationCanceledException ? RecordedEnd.Killed : RecordedEnd.Failed, now);
                },
                CancellationToken.None);
        }
        catch (SlipwayException)
        {
            // The next attempt of the same pipeline run ends it.
        }
    }

    private static Dictionary<string, string> Tags(PipelineContext context, TrainSection train, DatasetVersion dataset, string? commit)
    {
        const string Dirty = "+dirty";

        var tags = new Dictionary<string, string>
        {
            [PipelineTag] = context.RunId,
            ["slipway.seed"] = train.Seed.ToString(CultureInfo.InvariantCulture),
            ["slipway.algorithm"] = train.Algorithm ?? (train.Command.Count > 0 ? "command" : "lightgbm"),
            ["slipway.dataset.name"] = dataset.Name,
            ["slipway.dataset.digest"] = dataset.Digest,
            ["slipway.dataset.rows"] = dataset.Rows.ToString(CultureInfo.InvariantCulture),
            ["slipway.env.version"] = VersionOf(typeof(TrainingRecord).Assembly),
            ["slipway.env.dotnet"] = RuntimeInformation.FrameworkDescription,
            ["slipway.env.os"] = $"{RuntimeInformation.OSDescription} ({RuntimeInformation.ProcessArchitecture})",
            ["slipway.env.cores"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
            ["mlflow.source.name"] = context.Request.File,
            ["mlflow.source.type"] = "PROJECT",
        };
        if (train.Command.Count > 0)
        {
            tags["slipway.command"] = JsonSerializer.Serialize(train.Command, SlipwayJson.Options);
        }

        if (context.Request.Trigger is { } trigger)
        {
            tags["slipway.trigger"] = trigger;
        }

        if (commit is not null)
        {
            tags["mlflow.source.git.commit"] = commit.Replace(Dirty, "", StringComparison.Ordinal);
            tags["slipway.git.dirty"] = commit.EndsWith(Dirty, StringComparison.Ordinal) ? "true" : "false";
        }

        return tags;
    }

    // The program's own parts and the packages beside it; the framework's version stands for the framework's.
    private static string Packages() => JsonSerializer.Serialize(
        new
        {
            dotnet = RuntimeInformation.FrameworkDescription,
            os = RuntimeInformation.OSDescription,
            architecture = RuntimeInformation.ProcessArchitecture.ToString(),
            cores = Environment.ProcessorCount,
            packages = AppDomain.CurrentDomain.GetAssemblies()
                .Where(assembly => !assembly.IsDynamic && !IsFramework(assembly.GetName().Name!))
                .DistinctBy(assembly => assembly.GetName().Name)
                .OrderBy(assembly => assembly.GetName().Name, StringComparer.Ordinal)
                .ToDictionary(assembly => assembly.GetName().Name!, VersionOf),
        },
        SlipwayJson.Options);

    private static bool IsFramework(string name) => name is "System" or "mscorlib" or "netstandard" || name.StartsWith("System.", StringComparison.Ordinal) || name.StartsWith("Microsoft.AspNetCore.", StringComparison.Ordinal);

    private static string VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? assembly.GetName().Version?.ToString() ?? "";

    private async Task<Blob> PutAsync(string text, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return await blobs.PutAsync(content, cancellationToken);
    }

    private Task<int> WriteAsync(Func<WriteTransaction, Task> write, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            await write(transaction);
            return 0;
        },
        cancellationToken);
}
