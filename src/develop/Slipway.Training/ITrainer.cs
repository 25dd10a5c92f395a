using Slipway.Core.Errors;
using Slipway.Core.Projects;
using Slipway.Datasets;
using Slipway.Inference;

namespace Slipway.Training;

/// <summary>Fits models. One implementation per <see cref="Name"/>, chosen by the project's <c>train</c> section.</summary>
public interface ITrainer
{
    /// <summary>The algorithm's name in the yaml: <c>lightgbm</c>, <c>command</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Trains on the job's data and writes the model's files into <see cref="TrainingJob.OutputFolder"/> (and nowhere else). The same job gives the same
    /// bytes. Every trial of a search is recorded as it ends. On failure or cancellation nothing is left in the output folder.
    /// </summary>
    /// <exception cref="SlipwayException">
    /// <see cref="ErrorKind.InvalidInput"/> (the data or the section), <see cref="ErrorKind.Failed"/> (the fit), <see cref="ErrorKind.Timeout"/> and <see cref="ErrorKind.Forbidden"/> (a command),
    /// <see cref="ErrorKind.Unavailable"/> (a library is missing, the disk is full), with a sentence that says what to do.
    /// </exception>
    Task<TrainedModel> TrainAsync(TrainingJob job, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken);
}

/// <summary>What to fit, on what.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Train">The project's <c>train</c> section.</param>
/// <param name="Dataset">The snapshot to learn from.</param>
/// <param name="ProjectFolder">Where <c>command:</c> trainers run.</param>
/// <param name="OutputFolder">An existing, empty folder for the model's files.</param>
public sealed record TrainingJob(string Model, TrainSection Train, DatasetVersion Dataset, string ProjectFolder, string OutputFolder)
{
    /// <summary>The id of the training, where its run was begun already; null for a new one.</summary>
    public string? RunId { get; init; }
}

/// <summary>How far a training is.</summary>
public sealed record TrainingProgress(string Activity, int Done, int Total);

/// <summary>The result of a training.</summary>
public sealed record TrainedModel
{
    /// <summary>The folder with the model's files.</summary>
    public required string Folder { get; init; }

    /// <summary>Its contract.</summary>
    public required ModelSignature Signature { get; init; }

    /// <summary>Everything that determines the result besides the data: algorithm, parameters after the search, seed, threads. Invariant text, sorted by key.</summary>
    public required IReadOnlyDictionary<string, string> Recipe { get; init; }

    /// <summary>Metrics on the held-out rows (and what a command trainer reported).</summary>
    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    /// <summary>The rows that were held out, as indices into the dataset's order: validation judges on them.</summary>
    public required IReadOnlyList<int> TestRows { get; init; }

    /// <summary>The id of the training, under which its trials are kept.</summary>
    public required string RunId { get; init; }

    /// <summary>The number of trials that the search made; 1 without a search.</summary>
    public required int Trials { get; init; }
}
