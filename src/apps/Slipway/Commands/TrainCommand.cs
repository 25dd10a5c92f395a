using System.CommandLine;
using Slipway.Retraining.Pipelines;

namespace Slipway.Commands;

/// <summary>Trains, validates and registers, and deploys nothing.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var command = Verb.Create(
            "train",
            "Train, validate and register a version, without deploying it.",
            "slipway train -f slipway.yaml",
            "slipway train --as-of 2011-07-01T06:00:00Z",
            "slipway train --at-least 2.0.0");
        return ProjectRun.AddTo(command, "train", PipelineGoal.Register);
    }
}
