using Slipway.Monitoring.Outcomes;
using Slipway.Monitoring.Watching;
using Slipway.Registry;

namespace Slipway.Monitoring.Predictions;

/// <summary>Reads the truths of rows, and how far the predictions were from them.</summary>
internal sealed class OutcomeReader(OutcomeStore store, IModelRegistry registry, TimeProvider time, IMonitoredProjects? projects = null)
{
    /// <summary>The truths by the row's id; rows without one are left out.</summary>
    public async Task<IReadOnlyDictionary<string, ExplainedOutcome>> ReadAsync(IReadOnlyList<LoggedRow> rows, CancellationToken cancellationToken)
    {
        var source = rows[0].Batch.Source;
        var stored = (await store.FindAsync(source.Deployment, [.. rows.Select(row => row.Id)], cancellationToken)).ToDictionary(s => s.Id);
        var explained = new Dictionary<string, ExplainedOutcome>();
        if (stored.Count == 0)
        {
            return explained;
        }

        // Its own: the loop's is not to be used beside it.
        var model = await new OutcomeModels(registry, time, projects).GetAsync(source.Deployment, source.Version, cancellationToken);
        foreach (var row in rows)
        {
            if (stored.TryGetValue(row.Id, out var outcome) && !row.Batch.Failed[row.Row])
            {
                explained[row.Id] = new ExplainedOutcome(outcome.Label, outcome.StateName, outcome.Received, outcome.Known, Losses(model, row, outcome.Label));
            }
        }

        return explained;
    }

    private static Dictionary<string, double> Losses(OutcomeModel model, LoggedRow row, string label)
    {
        var losses = new Dictionary<string, double>();
        if (OutcomeTruth.Read(label, model.Task, model.Labels) is not { } truth)
        {
            return losses;
        }

        var scores = model.Scores(model.FindScores(row.Batch), row.Row);
        foreach (var loss in QualityJudge.LossesOf(model.Task))
        {
            if (OutcomeTruth.Loss(loss, model.Task, truth, scores) is { } value && double.IsFinite(value))
            {
                losses[loss] = value;
            }
        }

        return losses;
    }
}
