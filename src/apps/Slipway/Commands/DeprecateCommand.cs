using System.CommandLine;

namespace Slipway.Commands;

/// <summary>Deprecates a version.</summary>
internal static class DeprecateCommand
{
    public static Command Create() => ApprovalCommand.CreateDecision(
        Verb.Create("deprecate", "Say that a version should no longer be used, where no deployment has it. There is no way back.", "slipway deprecate bike-demand@1.0.0 --reason \"replaced by 1.1.0\""),
        "deprecate",
        approval => $"{approval.Version} is deprecated. It cannot be deployed any more; a deployment that it answered before may still roll back to it.");
}
