using Slipway.Core.Errors;
using Slipway.Monitoring.Evidence;
using Slipway.Monitoring.Log;
using Slipway.Rollouts;
using Slipway.Rollouts.Releases;

namespace Slipway.Monitoring.Outcomes;

/// <summary>Outcomes as others ask for them: kept in the database first, then announced in the log, so that each is joined after the predictions that were answered before it.</summary>
internal sealed class OutcomeBook(
    IDeployments deployments, OutcomeStore store, EvidenceStore evidence, IRollouts rollouts, IPredictionLog log, Observatory observatory, TimeProvider time, IServedFolder? folder = null) : IOutcomes
{
    /// <inheritdoc/>
    public async Task<OutcomeReceipt> TakeAsync(string deployment, IReadOnlyList<Outcome> outcomes, CancellationToken cancellationToken)
    {
        await DemandAsync(deployment, cancellationToken);
        if (outcomes.Count == 0)
        {
            return new OutcomeReceipt(0, 0, 0, 0);
        }

        var (receipt, lastSeq) = await store.TakeAsync(deployment, outcomes, time.GetUtcNow(), cancellationToken);

        // They are kept, so they are announced also when the caller has hung up.
        await log.PostAsync(new OutcomesReceived(deployment, lastSeq), CancellationToken.None);
        return receipt;
    }

    /// <inheritdoc/>
    public async Task SettleAsync(string deployment, CancellationToken cancellationToken)
    {
        await DemandAsync(deployment, cancellationToken);
        await log.DrainAsync(cancellationToken);
        if (observatory.Failure is { } failure)
        {
            throw new SlipwayException(ErrorKind.Unavailable, $"What is known about '{deployment}' could not be saved and is kept in memory; it is tried again every second. {failure}");
        }
    }

    /// <inheritdoc/>
    public async Task<OutcomeStanding> FindAsync(string deployment, CancellationToken cancellationToken)
    {
        await DemandAsync(deployment, cancellationToken);
        var (figures, unfit, sentence) = await store.ReadFiguresAsync(deployment, cancellationToken);
        var active = await rollouts.FindActiveAsync(deployment, cancellationToken);
        return new OutcomeStanding(figures, unfit, sentence, active is null ? [] : await evidence.ReadNotesAsync(active.Id, cancellationToken));
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<OutcomeContradiction>> ListContradictionsAsync(string deployment, CancellationToken cancellationToken)
    {
        await DemandAsync(deployment, cancellationToken);
        return await store.ListContradictionsAsync(deployment, cancellationToken);
    }

    private async Task DemandAsync(string deployment, CancellationToken cancellationToken)
    {
        if (folder?.Find(deployment) is null && await deployments.FindAsync(deployment, cancellationToken) is null)
        {
            throw new SlipwayException(ErrorKind.NotFound, $"There is no deployment '{deployment}'. Outcomes belong to one that has answered predictions: `slipway status` lists those there are.");
        }
    }
}
