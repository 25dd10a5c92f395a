using Slipway.Monitoring.Log;
using Slipway.Monitoring.Outcomes;
using Slipway.Storage;

namespace Slipway.Monitoring.Watching;

/// <summary>
/// One part of what works on the log: profiles, evidence. Called from one loop, in order. Keeps what changed in memory until <see cref="SaveAsync"/> writes it in the transaction that also
/// moves the log's position; when that fails nothing is forgotten and it is called again. Deterministic: the same batches and outcomes in the same order give the same state, however they
/// are cut into saves.
/// </summary>
internal interface IWatcher
{
    /// <summary>Reads the state that the deployment's last save left, before anything is taken after a start.</summary>
    Task RestoreAsync(string deployment, CancellationToken cancellationToken);

    /// <summary>Takes predictions.</summary>
    void Take(PredictionBatch batch);

    /// <summary>Takes an outcome that found its prediction.</summary>
    void Take(JoinedOutcome outcome);

    /// <summary>Works out what is due at the deployment's <paramref name="now"/> (event time): closes slots, judges windows. May read (baselines, registry), changes only memory.</summary>
    Task AdvanceAsync(string deployment, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Writes what changed since the last save that committed.</summary>
    Task SaveAsync(WriteTransaction transaction);

    /// <summary>The save committed: what it wrote need not be written again.</summary>
    void Saved();
}
