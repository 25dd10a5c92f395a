using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Core.Projects;
using Slipway.Datasets;
using Slipway.Inference;
using Slipway.Rollouts;
using Slipway.Training;
using Slipway.Validation;

namespace Slipway.Retraining.Pipelines.Stages;

/// <summary>Held-out rows to verdicts. Only a pass goes on: an inconclusive gate is not evidence.</summary>
internal sealed class ValidateStage(IDatasets datasets, IValidator validator, ChampionLookup champions) : IStage
{
    public string Name => "validate";

    public async Task<StageOutcome> RunAsync(PipelineContext context, IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
    {
        if (context.Known is { } known)
        {
            var judged = (JsonObject)known.Facts.Validate.DeepClone();
            judged["reused"] = true;
            return StageOutcome.Succeeded("judged already, on the same rows", judged);
        }

        context.Model = Load(context);
        var live = await champions.FindAsync(context.Config, cancellationToken);
        var report = context.Dataset is { Label: not null } dataset
            ? await validator.ValidateAsync(await JobAsync(context, dataset, context.Config.Data!, live, cancellationToken), cancellationToken)
            : new ValidationReport([], new Dictionary<string, double>());
        context.Report = report;
        var facts = Facts(report, live);
        var alone = context.Config.Validate?.Champion is not null && live is null ? $"; compared with nothing, because no version is live as {context.Config.DeploymentName()}" : "";
        return report.Verdict switch
        {
            Verdict.Pass when report.Gates.Count == 0 => StageOutcome.Succeeded(alone.Length > 0 ? $"the model loads{alone}" : "the model loads; no gates are set", facts),
            Verdict.Pass => StageOutcome.Succeeded($"pass: {string.Join(", ", report.Gates.Select(Short))}{alone}", facts),
            var verdict => StageOutcome.Failed(string.Join(" ", report.Gates.Where(gate => gate.Verdict == verdict).Select(gate => gate.Sentence)), facts),
        };
    }

    /// <summary>The verdict that was reached before: what is live may have changed since, by this very run.</summary>
    public Task<bool> TryRestoreAsync(PipelineContext context, PipelineStage ended, CancellationToken cancellationToken)
    {
        if (context.Known is not null)
        {
            return Task.FromResult(true);
        }

        context.Report = ended.Facts["report"].Deserialize<ValidationReport>(SlipwayJson.Options);
        context.Model = Load(context);
        return Task.FromResult(context.Report is not null);
    }

    private static IModel Load(PipelineContext context)
    {
        try
        {
            return ModelLoader.Load(context.ModelFolder!, new ModelLoadOptions());
        }
        catch (SlipwayException exception) when (context.Config.Artifact is { } artifact)
        {
            // People know their file; the copy of it, which the message names, is gone when they read it.
            throw new SlipwayException(exception.Kind, exception.Message.Replace(context.ModelFolder!, $"The artifact '{artifact}'", StringComparison.Ordinal), exception) { Details = exception.Details };
        }
    }

    private async Task<ValidationJob> JobAsync(PipelineContext context, DatasetVersion dataset, DataSection data, DeployedVersion? live, CancellationToken cancellationToken)
    {
        var rows = await datasets.ReadAsync(dataset, columns: null, cancellationToken);
        var champion = live is null ? null : champions.Of(live);
        if (context is { Trained: { } trained, Train: { } train })
        {
            // What the trainer did, which may be what the project left open.
            var byTime = trained.Recipe.GetValueOrDefault("split.by") == "time";
            return new ValidationJob(context.Config.Validate, train.Task, data.Label!, byTime, context.Model!, rows.Take([.. trained.TestRows])) { Champion = champion, Segments = data.Segments };
        }

        // Nobody knows which rows a finished artifact was trained on: it is judged on all that the project gives.
        return new ValidationJob(context.Config.Validate, TrainStage.InferTask(dataset), data.Label!, data.Time is not null, context.Model!, rows) { Champion = champion, Segments = data.Segments };
    }

    private static string Short(GateResult gate) => string.Create(
        CultureInfo.InvariantCulture, $"{(gate.Gate.StartsWith("performance.", StringComparison.Ordinal) ? gate.Gate.Split('.')[^1] : gate.Gate)} {gate.Value:G4} [{gate.Low:G4}, {gate.High:G4}] {gate.Limit}");

    private static JsonObject Facts(ValidationReport report, DeployedVersion? live)
    {
        var facts = new JsonObject
        {
            ["verdict"] = JsonSerializer.SerializeToNode(report.Verdict, SlipwayJson.Options),
            ["report"] = JsonSerializer.SerializeToNode(report, SlipwayJson.Options),
            ["reused"] = false,
        };
        if (live is not null)
        {
            facts["champion"] = live.Reference.ToString();
        }

        return facts;
    }
}
