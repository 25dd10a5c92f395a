using Slipway.Monitoring.Log;
using Slipway.Monitoring.Outcomes;
using Slipway.Monitoring.Watching;
using Slipway.Storage;

namespace Slipway.Watch.Tests.Monitoring.Outcomes;

/// <summary>Keeps what it was given, and fails when it is told to.</summary>
internal sealed class RecordingWatcher : IWatcher
{
    public List<PredictionBatch> Batches { get; } = [];

    public List<JoinedOutcome> Outcomes { get; } = [];

    public List<string> Advanced { get; } = [];

    public string? FailsFor { get; set; }

    public Exception? SaveFailure { get; set; }

    public IEnumerable<string> Ids => Batches.SelectMany(b => b.Ids);

    public Task RestoreAsync(string deployment, CancellationToken cancellationToken) => Task.CompletedTask;

    public void Take(PredictionBatch batch)
    {
        Fail(batch.Source.Deployment);
        Batches.Add(batch);
    }

    public void Take(JoinedOutcome outcome)
    {
        Fail(outcome.Source.Deployment);
        Outcomes.Add(outcome);
    }

    public Task AdvanceAsync(string deployment, DateTimeOffset now, CancellationToken cancellationToken)
    {
        Fail(deployment);
        Advanced.Add(deployment);
        return Task.CompletedTask;
    }

    public Task SaveAsync(WriteTransaction transaction) => SaveFailure is { } failure ? Task.FromException(failure) : Task.CompletedTask;

    public void Saved()
    {
    }

    private void Fail(string deployment)
    {
        if (deployment == FailsFor)
        {
            throw new InvalidOperationException($"The test fails {deployment}.");
        }
    }
}
