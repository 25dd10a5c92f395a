using Slipway.Core.Errors;

namespace Slipway.Monitoring.Predictions;

/// <summary>Explains single predictions from what the log has kept, however long ago they were answered.</summary>
public interface IPredictions
{
    /// <summary>The most characters of an id; callers may give 256, and a row's number follows them.</summary>
    const int MaxIdLength = 300;

    /// <summary>The most rows of a request that are explained or replayed at once.</summary>
    const int MaxRows = 100;

    /// <summary>
    /// What is known of a prediction: of one row, where the id is a row's, or of a request with all its rows. A prediction whose answer has been sent is found. Null when the log has none of that id.
    /// </summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/>: this can be no id.</exception>
    Task<PredictionExplanation?> FindAsync(string deployment, string id, CancellationToken cancellationToken);

    /// <summary>
    /// Scores the inputs of a prediction, or of all rows of a request, with another version and compares the outputs. The replay itself is nobody's prediction: it is in no figures, no log, no
    /// evidence and no cache. Null when the log has none of that id.
    /// </summary>
    /// <param name="deployment">The deployment.</param>
    /// <param name="id">The prediction.</param>
    /// <param name="version">The version: semantic, or the number of a loaded one.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="SlipwayException">
    /// <see cref="ErrorKind.Conflict"/>: the version is not there, or the log has not kept what it takes; <see cref="ErrorKind.InvalidInput"/>: the version does not take the values.
    /// </exception>
    Task<PredictionReplay?> ReplayAsync(string deployment, string id, string version, CancellationToken cancellationToken);

    /// <summary>Why there may be none of that id, as one sentence; what else there may be is that the deployment is not there.</summary>
    Task<SlipwayException> MissingAsync(string deployment, string id, CancellationToken cancellationToken);
}
