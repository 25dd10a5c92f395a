using Slipway.Monitoring.Log;

namespace Slipway.Monitoring.Outcomes;

/// <summary>Who takes outcomes that found their predictions.</summary>
internal interface IOutcomeTaker
{
    /// <summary>Reads what taking outcomes of these sources needs. May throw; then none is taken, and all are tried again.</summary>
    Task PrepareAsync(IReadOnlyCollection<PredictionSource> sources, CancellationToken cancellationToken);

    /// <summary>Takes one. Never throws: half of a page that was taken would be taken twice.</summary>
    void Take(JoinedOutcome outcome);
}
