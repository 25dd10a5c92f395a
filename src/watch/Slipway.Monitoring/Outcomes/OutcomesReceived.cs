namespace Slipway.Monitoring.Outcomes;

/// <summary>The note that stands in the log where outcomes came: up to this number they are in the table. Their rows are not in it, so that a million of them wait on disk.</summary>
/// <param name="Deployment">The deployment.</param>
/// <param name="LastSeq">The number of the last.</param>
internal sealed record OutcomesReceived(string Deployment, long LastSeq);
