using System.Globalization;
using Slipway.Storage.Blobs;

namespace Slipway.Tracking.Purging;

/// <summary>Counts what goes.</summary>
internal sealed class PurgeTally
{
    private readonly List<PurgedExperiment> _experiments = [];
    private readonly List<PurgedRun> _runs = [];
    private readonly SortedDictionary<string, long> _rows = new(StringComparer.Ordinal);
    private readonly HashSet<string> _kept = new(StringComparer.Ordinal);
    private long _experimentCount;
    private long _runCount;
    private long _artifacts;
    private long _artifactBytes;

    public int Uploads { get; set; }

    public void Add(FoundExperiment experiment, long runs)
    {
        if (_experimentCount++ < PurgeReport.MostNamed)
        {
            _experiments.Add(new PurgedExperiment(experiment.Id.ToString(CultureInfo.InvariantCulture), experiment.Name, runs));
        }
    }

    public void Add(FoundRun run, (long Count, long Bytes) artifacts)
    {
        if (_runCount++ < PurgeReport.MostNamed)
        {
            _runs.Add(new PurgedRun(run.RunId, run.Experiment.ToString(CultureInfo.InvariantCulture), run.Name, artifacts.Count, artifacts.Bytes));
        }
    }

    public void AddRows(string table, long rows)
    {
        if (rows > 0)
        {
            _rows[table] = _rows.GetValueOrDefault(table) + rows;
        }
    }

    public void AddArtifacts(PurgedArtifacts.FolderPart part)
    {
        _artifacts += part.Paths.Count;
        _artifactBytes += part.Bytes;
        _kept.UnionWith(part.Kept);
    }

    public PurgeReport Report(bool done, DateTimeOffset upTo, (long Experiments, long Runs) kept, PurgedBlobs blobs, long? unused) => new()
    {
        ExperimentsKept = kept.Experiments,
        RunsKept = kept.Runs,
        Done = done,
        DeletedUpTo = upTo,
        ExperimentCount = _experimentCount,
        Experiments = _experiments,
        RunCount = _runCount,
        Runs = _runs,
        Rows = _rows,
        ArtifactCount = _artifacts,
        ArtifactBytes = _artifactBytes,
        ArtifactsKept = _kept.Count,
        Uploads = Uploads,
        Blobs = blobs,
        UnusedDatabaseBytes = unused,
    };
}

/// <summary>An experiment that goes.</summary>
internal sealed record FoundExperiment(long Id, string Name, string ArtifactLocation);

/// <summary>A run that goes.</summary>
internal sealed record FoundRun(long Id, string RunId, long Experiment, string Name, string ArtifactUri);
