using System.Text.Json;
using Slipway.Core;
using Slipway.Core.Projects;
using Slipway.Core.Units;

namespace Slipway.Registry.Approvals;

/// <summary>What one policy asks for less than another. Pure.</summary>
internal static class PolicyComparison
{
    /// <summary>True when both say the same.</summary>
    public static bool AreSame(ApprovalPolicy one, ApprovalPolicy other) => Text(one) == Text(other);

    /// <summary>What <paramref name="after"/> no longer asks for, a few words each; empty when it asks for as much or more.</summary>
    public static IReadOnlyList<string> Weaker(ApprovalPolicy before, ApprovalPolicy after)
    {
        if (before.Automatic)
        {
            return [];
        }

        if (after.Automatic)
        {
            return ["nobody would have to approve any more"];
        }

        var weaker = new List<string>();
        if (after.Approvers < before.Approvers)
        {
            weaker.Add($"{after.Approvers} instead of {before.Approvers} would have to approve");
        }

        if (after.Roles.Except(before.Roles).Where(role => role != "admin").ToArray() is { Length: > 0 } roles)
        {
            weaker.Add($"the role {string.Join(", ", roles)} would be enough");
        }

        if (Leniency(after) > Leniency(before))
        {
            weaker.Add("authors could approve their own versions");
        }

        weaker.AddRange(before.Gates.Except(after.Gates).Select(gate => $"the gate {gate} would not be needed"));
        weaker.AddRange(before.Documents.Except(after.Documents).Select(document => $"the document {document} would not be needed"));
        if (before.Expires is { } expires && !(after.Expires <= expires))
        {
            weaker.Add(after.Expires is { } later ? $"an approval would hold for {Duration.Format(later)} instead of {Duration.Format(expires)}" : "approvals would no longer expire");
        }

        if (before.CommentRequired && !after.CommentRequired)
        {
            weaker.Add("no comment would be demanded");
        }

        return weaker;
    }

    /// <summary>How a policy is kept.</summary>
    public static string Text(ApprovalPolicy policy) => JsonSerializer.Serialize(policy, SlipwayJson.Options);

    private static int Leniency(ApprovalPolicy policy) => policy.SelfReview switch
    {
        false => 0,
        null => 1,
        true => 2,
    };
}
