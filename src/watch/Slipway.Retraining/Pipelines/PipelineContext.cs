using Slipway.Core;
using Slipway.Core.Projects;
using Slipway.Datasets;
using Slipway.Inference;
using Slipway.Registry;
using Slipway.Storage;
using Slipway.Training;
using Slipway.Validation;

namespace Slipway.Retraining.Pipelines;

/// <summary>What the stages of one run hand on to each other.</summary>
internal sealed class PipelineContext(ActiveRun active, WorkFolder work) : IDisposable
{
    /// <summary>The run's id: what a rollout that it starts has as its origin.</summary>
    public string RunId => active.Run.Id;

    public ProjectConfig Config => active.Config;

    /// <summary>The request, with the folder checked and resolved.</summary>
    public PipelineRequest Request => active.Request;

    public Actor Actor => active.Actor;

    /// <summary>What the train stage leaves for a run that is taken up again, and what it left; null when it trained nothing.</summary>
    public Checkpoint? Checkpoint { get; set; } = active.Checkpoint;

    /// <summary>Where half-finished files of this run lie.</summary>
    public string WorkFolder => work.Path;

    /// <summary>The snapshot; null for a finished artifact without data.</summary>
    public DatasetVersion? Dataset { get; set; }

    /// <summary>How to train, with defaults filled in from the data; null for a finished artifact.</summary>
    public TrainSection? Train { get; set; }

    /// <summary>What an earlier run made of the same data and recipe; training and validation are then skipped.</summary>
    public KnownRecipe? Known { get; set; }

    /// <summary>The recipe's key in the <see cref="RecipeStore"/>; null when the recipe cannot be known.</summary>
    public string? RecipeKey { get; set; }

    /// <summary>The training's result; null when nothing was trained.</summary>
    public TrainedModel? Trained { get; set; }

    /// <summary>The folder with the model's files.</summary>
    public string? ModelFolder { get; set; }

    /// <summary>The model, loaded from <see cref="ModelFolder"/>.</summary>
    public IModel? Model { get; set; }

    /// <summary>The gates' results.</summary>
    public ValidationReport? Report { get; set; }

    /// <summary>The registered version.</summary>
    public ModelVersion? Version { get; set; }

    public void Dispose()
    {
        Model?.Dispose();
        work.Dispose();
    }
}
