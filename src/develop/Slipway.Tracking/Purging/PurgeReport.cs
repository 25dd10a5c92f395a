using Slipway.Storage.Blobs;

namespace Slipway.Tracking.Purging;

/// <summary>What a purge did, or would do.</summary>
public sealed record PurgeReport
{
    /// <summary>The most experiments, and the most runs, that are named; the counts are of all.</summary>
    public const int MostNamed = 1000;

    /// <summary>True when it was done; false for a plan.</summary>
    public required bool Done { get; init; }

    /// <summary>What was deleted up to this moment goes.</summary>
    public required DateTimeOffset DeletedUpTo { get; init; }

    /// <summary>How many experiments go.</summary>
    public required long ExperimentCount { get; init; }

    /// <summary>The first of them.</summary>
    public required IReadOnlyList<PurgedExperiment> Experiments { get; init; }

    /// <summary>How many runs go, those of the experiments among them.</summary>
    public required long RunCount { get; init; }

    /// <summary>The first of them.</summary>
    public required IReadOnlyList<PurgedRun> Runs { get; init; }

    /// <summary>Experiments that were asked for and stay, because a version of the registry names a run or a model of theirs.</summary>
    public required long ExperimentsKept { get; init; }

    /// <summary>Runs that were asked for and stay, because a version names them as its source.</summary>
    public required long RunsKept { get; init; }

    /// <summary>How many rows go, by table.</summary>
    public required IReadOnlyDictionary<string, long> Rows { get; init; }

    /// <summary>How many files lie in their folders.</summary>
    public required long ArtifactCount { get; init; }

    /// <summary>Bytes of those files, of which equal ones are kept once and others may need the same.</summary>
    public required long ArtifactBytes { get; init; }

    /// <summary>Files in their folders that stay, because a version or another experiment needs them.</summary>
    public required long ArtifactsKept { get; init; }

    /// <summary>Uploads in parts that nobody completed.</summary>
    public required int Uploads { get; init; }

    /// <summary>Content that nothing needs any more, whoever stored it: what the disk gets back.</summary>
    public required PurgedBlobs Blobs { get; init; }

    /// <summary>Bytes in the database's file that hold nothing now and are used again: the file itself does not shrink. Null, and absent in JSON, where the database does not say.</summary>
    public long? UnusedDatabaseBytes { get; init; }
}

/// <summary>An experiment that goes.</summary>
/// <param name="ExperimentId">Its id.</param>
/// <param name="Name">Its name, which is free afterwards.</param>
/// <param name="Runs">How many runs go with it.</param>
public sealed record PurgedExperiment(string ExperimentId, string Name, long Runs);

/// <summary>A run that goes.</summary>
/// <param name="RunId">Its id.</param>
/// <param name="ExperimentId">Its experiment.</param>
/// <param name="Name">Its name.</param>
/// <param name="Artifacts">Files in its folder that go.</param>
/// <param name="ArtifactBytes">Their bytes.</param>
public sealed record PurgedRun(string RunId, string ExperimentId, string Name, long Artifacts, long ArtifactBytes);
