using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Datasets;
using Slipway.Monitoring.Log.Rules;
using Slipway.Registry;
using Slipway.Registry.Approvals;
using Slipway.Training;

namespace Slipway.Retraining.Pipelines.Stages;

/// <summary>Files to a version with its contract and lineage; approved at once where its policy says so, and else put to those who approve.</summary>
internal sealed class RegisterStage(IModelRegistry registry, IApprovals approvals, IRecordingRules recording) : IStage
{
    public string Name => "register";

    public async Task<StageOutcome> RunAsync(PipelineContext context, IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
    {
        // Before anything is registered: here the model's contract is known first.
        recording.Check(context.Config, context.Version?.Signature ?? context.Model!.Signature);
        var created = false;
        if (context.Known is null)
        {
            var registered = await registry.RegisterAsync(Describe(context), context.Actor, cancellationToken);
            context.Version = registered.Version;

            // A run that was interrupted after this registered finds the version that it made itself.
            created = registered.Created || (context.Trained is { RunId: var id } && registered.Version.Lineage.RunId == id);
        }

        var version = context.Version!;
        if (version.State is VersionState.Rejected or VersionState.Deprecated)
        {
            throw new SlipwayException(
                ErrorKind.Conflict, $"{version.Reference} is this very artifact and was {version.State.ToString().ToLowerInvariant()}. Change the data or the recipe, and train again.");
        }

        if (version.State == VersionState.Draft)
        {
            var evidence = JsonSerializer.Serialize(context.Report, SlipwayJson.Options);
            version = await registry.ValidateAsync(version.Reference, evidence, context.Actor, cancellationToken);
        }

        version = await approvals.SettleAsync(version.Reference, context.Actor, context.Request.Goal == PipelineGoal.Deploy, cancellationToken);
        context.Version = version;
        var sentence = created
            ? $"{version.Reference} is {Word(version.State)} ({version.VersionReason})"
            : $"{version.Reference} is known already and {Word(version.State)}";
        return StageOutcome.Succeeded(sentence, new JsonObject
        {
            ["version"] = version.Reference.ToString(),
            ["number"] = version.Number,
            ["state"] = Word(version.State),
            ["created"] = created,
            ["reason"] = version.VersionReason,
        });
    }

    private static NewModelVersion Describe(PipelineContext context)
    {
        var model = context.Model!;
        var metrics = new Dictionary<string, double>(context.Trained?.Metrics ?? new Dictionary<string, double>());
        foreach (var (name, value) in context.Report!.Metrics)
        {
            metrics[name] = value;
        }

        var lineage = new Lineage(
            context.Dataset?.Name,
            context.Dataset?.Digest,
            context.Trained?.Recipe ?? new Dictionary<string, string> { ["artifact"] = context.Config.Artifact! },
            GitCommit.Find(context.Request.Folder),
            context.Trained?.RunId);
        return new NewModelVersion(context.Config.Model, context.Checkpoint!.Artifact, model.Format, model.Signature, metrics, lineage with { DataTo = LastDay(context.Dataset) })
        {
            AtLeast = context.Request.AtLeast,
        };
    }

    // Times are kept as ISO 8601, so the day is what stands before the hour.
    private static string? LastDay(DatasetVersion? data) => data?.Columns.FirstOrDefault(column => column.Name == data.Time)?.Maximum is { Length: >= 10 } last ? last[..10] : null;

    private static string Word(VersionState state) => state.ToString().ToLowerInvariant();
}
