using Slipway.Inference;
using Slipway.Monitoring.Outcomes;
using Slipway.Monitoring.Watching;
using Slipway.Statistics.Drift;
using Slipway.Statistics.Quality;

namespace Slipway.Monitoring.Profiles;

/// <summary>What must be known of a version to count its rows.</summary>
internal sealed class WatchedVersion(string name, ModelSignature signature, LearningTask task)
{
    private Baseline? _baseline;

    /// <summary>The version, <c>bike-demand@1.0.0</c>.</summary>
    public string Name => name;

    /// <summary>Its contract.</summary>
    public ModelSignature Signature => signature;

    /// <summary>What it predicts.</summary>
    public LearningTask Task => task;

    /// <summary>The losses that are summed.</summary>
    public IReadOnlyList<string> Losses { get; } = QualityJudge.LossesOf(task);

    /// <summary>What its windows are compared with; null while rows are gathered for want of training data.</summary>
    public Baseline? Baseline
    {
        get => _baseline;
        set
        {
            _baseline = value;
            Bins = value?.Bins ?? new Dictionary<string, ColumnBins>();
        }
    }

    /// <summary>The bins of its columns; empty while there are none.</summary>
    public IReadOnlyDictionary<string, ColumnBins> Bins { get; private set; } = new Dictionary<string, ColumnBins>();

    /// <summary>The first rows of a version without training data, from which bins are made; null otherwise.</summary>
    public FirstRows? FirstRows { get; set; }

    /// <summary>True when the baseline is to be saved.</summary>
    public bool Changed { get; set; }

    /// <summary>The truth that a label states; null when it does not fit.</summary>
    public double? Truth(string label) => OutcomeTruth.Read(label, task, signature.Labels);
}
