using Slipway.Monitoring;

namespace Slipway.Retraining.Triggers;

/// <summary>
/// Starts retrainings by the conditions of projects' files (<c>retrain.when</c>): drift and lost quality by the alerts about the version that is live, a schedule in the deployment's own
/// time, and new labels. Works in the background from the event table; each retraining is begun once, whenever the process is killed. Settled means that every event so far has been taken
/// and every project's conditions have been judged at its deployment's own now.
/// </summary>
public interface ITriggers : ISettleFollower;
