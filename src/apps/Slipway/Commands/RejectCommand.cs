using System.CommandLine;

namespace Slipway.Commands;

/// <summary>Rejects a version.</summary>
internal static class RejectCommand
{
    public static Command Create() => ApprovalCommand.CreateDecision(
        Verb.Create("reject", "Say that a version must not be used. There is no way back: train or register another one.", "slipway reject bike-demand@1.1.0 --reason \"leaks the label\""),
        "reject",
        approval => $"{approval.Version} is rejected. No deployment can take it any more.");
}
