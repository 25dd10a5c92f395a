using System.CommandLine;
using Slipway.Retraining.Pipelines;

namespace Slipway.Commands;

/// <summary>Makes a project's file so.</summary>
internal static class ApplyCommand
{
    public static Command Create()
    {
        var command = Verb.Create(
            "apply",
            "Make slipway.yaml so: data, train, validate, register, deploy. Applying it twice changes nothing.",
            "slipway apply",
            "slipway apply -f samples/bikes/slipway.yaml",
            "slipway apply --as-of 2011-07-01");
        return ProjectRun.AddTo(command, "apply", PipelineGoal.Deploy);
    }
}
