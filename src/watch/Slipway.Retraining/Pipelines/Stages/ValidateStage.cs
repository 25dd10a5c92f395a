using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Core.Projects;
using Slipway.Datasets;
using Slipway.Inference;
using Slipway.Training;
using Slipway.Validation;

namespace Slipway.Retraining.Pipelines.Stages;

/// <summary>Held-out rows to verdicts. Only a pass goes on: an inconclusive gate is not evidence.</summary>
internal sealed class ValidateStage(IDatasets datasets, IValidator validator) : IStage
{
    public string Name => "validate";

    public async Task<StageOutcome> RunAsync(PipelineContext context, IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
    {
        if (context.Known is { } known)
        {
            var facts = (JsonObject)known.Facts.Validate.DeepClone();
            facts["reused"] = true;
            return StageOutcome.Succeeded("judged already, on the same rows", facts);
        }

        context.Model = Load(context);
        var report = context.Dataset is { Label: not null } dataset
            ? await validator.ValidateAsync(await JobAsync(context, dataset, context.Config.Data!, cancellationToken), cancellationToken)
            : new ValidationReport([], new Dictionary<string, double>());
        context.Report = report;
        return report.Verdict switch
        {
            Verdict.Pass when report.Gates.Count == 0 => StageOutcome.Succeeded("the model loads; no gates are set", Facts(report)),
            Verdict.Pass => StageOutcome.Succeeded($"pass: {string.Join(", ", report.Gates.Select(Short))}", Facts(report)),
            var verdict => StageOutcome.Failed(string.Join(" ", report.Gates.Where(gate => gate.Verdict == verdict).Select(gate => gate.Sentence)), Facts(report)),
        };
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

    private async Task<ValidationJob> JobAsync(PipelineContext context, DatasetVersion dataset, DataSection data, CancellationToken cancellationToken)
    {
        var rows = await datasets.ReadAsync(dataset, columns: null, cancellationToken);
        if (context is { Trained: { } trained, Train: { } train })
        {
            // What the trainer did, which may be what the project left open.
            var byTime = trained.Recipe.GetValueOrDefault("split.by") == "time";
            return new ValidationJob(context.Config.Validate, train.Task, data.Label!, byTime, context.Model!, rows.Take([.. trained.TestRows]));
        }

        // Nobody knows which rows a finished artifact was trained on: it is judged on all that the project gives.
        return new ValidationJob(context.Config.Validate, TrainStage.InferTask(dataset), data.Label!, data.Time is not null, context.Model!, rows);
    }

    private static string Short(GateResult gate) => string.Create(
        CultureInfo.InvariantCulture, $"{gate.Gate.Split('.')[^1]} {gate.Value:G4} [{gate.Low:G4}, {gate.High:G4}] {gate.Limit}");

    private static JsonObject Facts(ValidationReport report) => new()
    {
        ["verdict"] = JsonSerializer.SerializeToNode(report.Verdict, SlipwayJson.Options),
        ["report"] = JsonSerializer.SerializeToNode(report, SlipwayJson.Options),
        ["reused"] = false,
    };
}
