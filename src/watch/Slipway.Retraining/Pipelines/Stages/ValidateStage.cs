using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Core;
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

        context.Model = ModelLoader.Load(context.ModelFolder!, new ModelLoadOptions());
        if (context.Trained is not { } trained)
        {
            context.Report = new ValidationReport([], new Dictionary<string, double>());
            return StageOutcome.Succeeded("the artifact loads; no gates are set", Facts(context.Report));
        }

        var data = context.Config.Data!;
        var rows = await datasets.ReadAsync(context.Dataset!, columns: null, cancellationToken);
        var timeOrdered = data.Time is not null && context.Train!.Split.By is null or "time";
        var job = new ValidationJob(context.Config.Validate, context.Train!.Task, data.Label!, timeOrdered, context.Model, rows.Take([.. trained.TestRows]));
        var report = await validator.ValidateAsync(job, cancellationToken);
        context.Report = report;
        return report.Verdict switch
        {
            Verdict.Pass when report.Gates.Count == 0 => StageOutcome.Succeeded("no gates are set", Facts(report)),
            Verdict.Pass => StageOutcome.Succeeded(Sentences(report, Verdict.Pass), Facts(report)),
            var verdict => StageOutcome.Failed(Sentences(report, verdict), Facts(report)),
        };
    }

    private static string Sentences(ValidationReport report, Verdict verdict) =>
        string.Join(" ", report.Gates.Where(gate => gate.Verdict == verdict).Select(gate => gate.Sentence));

    private static JsonObject Facts(ValidationReport report) => new()
    {
        ["verdict"] = JsonSerializer.SerializeToNode(report.Verdict, SlipwayJson.Options),
        ["report"] = JsonSerializer.SerializeToNode(report, SlipwayJson.Options),
        ["reused"] = false,
    };
}
