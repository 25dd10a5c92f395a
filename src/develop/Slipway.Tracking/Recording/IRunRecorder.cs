using Slipway.Storage;
using Slipway.Storage.Blobs;

namespace Slipway.Tracking.Recording;

/// <summary>
/// Runs that Slipway itself records, as an MLflow client would see them. Every call joins the caller's transaction, so that what it is about and its record commit together. A run that somebody
/// deleted meanwhile is recorded no further: nobody's training fails for want of its record.
/// </summary>
public interface IRunRecorder
{
    /// <summary>
    /// Begins a run in the experiment of its model, which is created where there is none; of a deleted one the name is taken, so another is created beside it. A child joins its parent's experiment.
    /// What MLflow's limits do not allow in names and values is shortened or replaced.
    /// </summary>
    Task BeginAsync(WriteTransaction transaction, RecordedRun run);

    /// <summary>Adds parameters (what is known already stays), metrics and tags.</summary>
    Task LogAsync(WriteTransaction transaction, string runId, RecordedValues values, DateTimeOffset at);

    /// <summary>Lets a path in the run's folder name a blob.</summary>
    Task AttachAsync(WriteTransaction transaction, string runId, string path, Blob blob);

    /// <summary>Ends a run. One that has ended stays as it is.</summary>
    Task EndAsync(WriteTransaction transaction, string runId, RecordedEnd end, DateTimeOffset at);

    /// <summary>Ends the runs with that tag that never ended: a process that was killed began them.</summary>
    Task EndLeftAsync(WriteTransaction transaction, string key, string value, DateTimeOffset at);
}

/// <summary>A run that begins.</summary>
/// <param name="RunId">Its id: 32 hexadecimal digits.</param>
/// <param name="Experiment">The experiment's name: the model's.</param>
/// <param name="Name">The run's name.</param>
/// <param name="User">Who started it.</param>
/// <param name="StartedAt">When.</param>
public sealed record RecordedRun(string RunId, string Experiment, string Name, string User, DateTimeOffset StartedAt)
{
    /// <summary>The run that it is a part of; null for one that stands by itself.</summary>
    public string? Parent { get; init; }

    /// <summary>What is known at the beginning.</summary>
    public RecordedValues Values { get; init; } = new();
}

/// <summary>What a run logs.</summary>
public sealed record RecordedValues
{
    /// <summary>What went in.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>What came out.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    /// <summary>What else is known of it.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();
}

/// <summary>How a run ended.</summary>
public enum RecordedEnd
{
    /// <summary>Well.</summary>
    Finished,

    /// <summary>With an error.</summary>
    Failed,

    /// <summary>Because somebody, or the end of the program, stopped it.</summary>
    Killed,
}
