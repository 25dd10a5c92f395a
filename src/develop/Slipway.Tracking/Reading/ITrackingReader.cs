using Slipway.Core.Errors;

namespace Slipway.Tracking.Reading;

/// <summary>What other modules may read of experiments and runs. Every answer is bounded, and costs the same however many runs there are.</summary>
public interface ITrackingReader
{
    /// <summary>One page of the experiments whose names hold a text, the one that changed last first.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/>: the page token is none of this search.</exception>
    Task<ExperimentPage> ListExperimentsAsync(ExperimentSearch search, CancellationToken cancellationToken);

    /// <summary>The experiment of an id, deleted or not; null when there is none.</summary>
    Task<ExperimentSummary?> FindExperimentAsync(string id, CancellationToken cancellationToken);

    /// <summary>One page of an experiment's runs, with the values that were asked for and no others.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/>: filter, order or page token are wrong; the sentence says where.</exception>
    Task<RunPage> SearchRunsAsync(RunSearch search, CancellationToken cancellationToken);

    /// <summary>The names of parameters, metrics and tags that an experiment's runs have, in order; of each kind at most <see cref="RunKeys.Most"/>.</summary>
    Task<RunKeys> ListKeysAsync(string experimentId, CancellationToken cancellationToken);

    /// <summary>A run with what it logged, deleted or not; null when there is none.</summary>
    Task<RunDetails?> FindRunAsync(string runId, CancellationToken cancellationToken);

    /// <summary>
    /// The history of a metric; a longer one thinned out to at most <paramref name="most"/> values (five or more): its first, its last, and the lowest, the highest and a NaN of each of many even
    /// parts of its steps, so that no peak is lost. Empty when there is none.
    /// </summary>
    Task<MetricCurve> ReadCurveAsync(string runId, string key, int most, CancellationToken cancellationToken);

    /// <summary>What lies in a folder of a run's artifacts, at most <paramref name="most"/> lines; empty for a folder that is not there.</summary>
    /// <exception cref="SlipwayException">The path leads elsewhere, or this server does not keep the run's artifacts.</exception>
    Task<ArtifactFolder> ListArtifactsAsync(string runId, string folder, int most, CancellationToken cancellationToken);
}
