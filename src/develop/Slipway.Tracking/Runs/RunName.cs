using System.Globalization;

namespace Slipway.Tracking.Runs;

/// <summary>A name for a run that was given none: three words that people can say, since they will.</summary>
internal static class RunName
{
    private static readonly string[] Manners =
        ["able", "brisk", "calm", "candid", "clever", "eager", "fair", "gentle", "keen", "kind", "lively", "merry", "nimble", "patient", "polite", "proud", "quick", "quiet", "steady", "swift", "tidy", "upbeat", "warm", "wise"];

    private static readonly string[] Vessels =
        ["barge", "brig", "canoe", "clipper", "cutter", "dinghy", "dory", "ferry", "frigate", "galleon", "gig", "hulk", "kayak", "ketch", "launch", "lugger", "punt", "raft", "schooner", "skiff", "sloop", "tender", "trawler", "tug", "yawl"];

    public static string New() => string.Create(
        CultureInfo.InvariantCulture, $"{Random.Shared.GetItems(Manners, 1)[0]}-{Random.Shared.GetItems(Vessels, 1)[0]}-{Random.Shared.Next(1000):000}");
}
