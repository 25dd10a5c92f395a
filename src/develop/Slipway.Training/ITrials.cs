namespace Slipway.Training;

/// <summary>The record of every trial of a search. Each is a run of tracking too, a child of its training's run, with its parameters and its score.</summary>
public interface ITrials
{
    /// <summary>Records a finished trial; the same run and number again changes nothing.</summary>
    Task RecordAsync(Trial trial, CancellationToken cancellationToken);

    /// <summary>The trials of a run, by number.</summary>
    Task<IReadOnlyList<Trial>> ListAsync(string runId, CancellationToken cancellationToken);

    /// <summary>The trials of a model's latest run, by number.</summary>
    Task<IReadOnlyList<Trial>> ListLatestAsync(string model, CancellationToken cancellationToken);
}

/// <summary>One fit of a search.</summary>
/// <param name="RunId">The training it belongs to.</param>
/// <param name="Model">The model's name.</param>
/// <param name="Number">1, 2, 3 … within the run.</param>
/// <param name="Parameters">What was tried.</param>
/// <param name="Metric">The name of the score.</param>
/// <param name="Score">The score on the rows that the search judges by (never the test rows); null when the trial failed.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="FinishedAt">When it ended (UTC).</param>
public sealed record Trial(
    string RunId,
    string Model,
    int Number,
    IReadOnlyDictionary<string, string> Parameters,
    string Metric,
    double? Score,
    double Seconds,
    DateTimeOffset FinishedAt);
