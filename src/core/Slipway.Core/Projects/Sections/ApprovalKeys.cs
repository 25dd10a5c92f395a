using Slipway.Core.Projects.Shapes;

namespace Slipway.Core.Projects.Sections;

/// <summary><c>deploy.approval</c>: a word, or a section that says what is needed.</summary>
internal static class ApprovalKeys
{
    // Not the champion's: it is judged only where something is live, so no first version could have passed it.
    private static readonly Key[] JudgedSections =
        [ValidateKeys.Performance, ValidateKeys.Robustness, ValidateKeys.Latency, ValidateKeys.Resources, ValidateKeys.Fairness];

    public static readonly Key<int> Approvers = new("approvers", "How many different people must approve; 1 unless given.", Values.Whole(1, 20));

    public static readonly Key<IReadOnlyList<string>> Roles = new("roles", "Whose approval counts: approver, admin; an admin's counts always. approver unless given.",
        new ListShape<string>("roles", new ChoiceShape(new Choice(ApprovalPolicy.ApproverRole), new Choice("admin")), atMost: 2, distinct: true) { Example = "[approver]" });

    public static readonly Key<string> SelfReview = new("selfReview",
        "Whether who registered a version may approve it. Refused unless given, but allowed while authentication is off.", new ChoiceShape(new Choice("refused"), new Choice("allowed")));

    public static readonly Key<IReadOnlyList<string>> Gates = new("gates", "Sections of validate whose gates must have passed.",
        new ListShape<string>("gates", new ChoiceShape([.. JudgedSections.Select(s => new Choice(s.Name))]), distinct: true) { Example = "[performance]" });

    public static readonly Key<IReadOnlyList<string>> Documents = new("documents", "Documents that a version must have, such as its card.",
        new ListShape<string>("documents", Values.Name("document"), atMost: 20, distinct: true) { Example = "[card]" });

    public static readonly Key<TimeSpan> Expires = new("expires", "How long an approval holds; for ever unless given. What is live stays live.",
        Values.Time(TimeSpan.FromMinutes(1), TimeSpan.FromDays(3650)));

    public static readonly Key<string> Comment = new("comment", "Whether who approves or rejects must say why; optional unless given.",
        new ChoiceShape(new Choice("required"), new Choice("optional")));

    public static readonly Key<TimeSpan> Remind = new("remind", "How long a request waits until it is reminded of; 1 d unless given.",
        Values.Time(TimeSpan.FromMinutes(1), TimeSpan.FromDays(365)));

    public static readonly MapShape Section = new([Approvers, Roles, SelfReview, Gates, Documents, Expires, Comment, Remind], atLeast: 1);

    public static readonly Shape<ApprovalPolicy> Shape = new WordOrSectionShape<ApprovalPolicy>(
        new ChoiceShape(new Choice("auto"), new Choice("required")), word => word == "auto" ? ApprovalPolicy.Auto : ApprovalPolicy.Required, Section, Build);

    /// <summary>Refuses a gate that the file does not have: no version could ever pass it.</summary>
    public static void CheckGates(Reading reading, ReadMap deploy, ReadMap file)
    {
        if (deploy.Find(DeployKeys.Approval) is not { } policy)
        {
            return;
        }

        var judged = file.Find(ProjectKeys.Validate);
        foreach (var gate in policy.Gates.Where(gate => judged is null || !judged.Entries.Any(e => e.Name.Value == gate)))
        {
            reading.Refuse(
                deploy.ValueOf(DeployKeys.Approval), $"{deploy.PathOf(DeployKeys.Approval)}.gates", $"The approval needs the gate '{gate}', and validate has none. Give validate.{gate}, or remove it here.");
        }
    }

    private static ApprovalPolicy Build(ReadMap map)
    {
        var usual = ApprovalPolicy.Required;
        return new ApprovalPolicy
        {
            Approvers = map.Get(Approvers, usual.Approvers),
            Roles = map.Get(Roles, usual.Roles),
            SelfReview = map.Find(SelfReview) is { } self ? self == "allowed" : null,
            Gates = map.Get(Gates, []),
            Documents = map.Get(Documents, []),
            Expires = map.TryGet(Expires, out var expires) ? expires : null,
            CommentRequired = map.Find(Comment) == "required",
            Remind = map.Get(Remind, usual.Remind),
        };
    }
}
