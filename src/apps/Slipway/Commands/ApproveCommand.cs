using System.CommandLine;
using Slipway.Registry;
using Slipway.Registry.Approvals;

namespace Slipway.Commands;

/// <summary>Approves a version.</summary>
internal static class ApproveCommand
{
    public static Command Create() => ApprovalCommand.CreateDecision(
        Verb.Create("approve", "Approve a validated version, where deploy.approval asks for people.", "slipway approve bike-demand@1.1.0 --reason \"gates and card read\""), "approve", Tell);

    private static string Tell(Approval approval) => approval.State == VersionState.Approved && approval.Missing.Count == 0
        ? $"{approval.Version} is approved. `slipway deploy {approval.Version}` makes it answer."
        : $"{approval.Version} has {approval.Given} of {approval.Policy.Approvers} approvals and waits for the others.";
}
