using System.Globalization;
using Slipway.Core.Names;
using Slipway.Core.Units;

namespace Slipway.Rollouts.History;

/// <summary>When a version was live, in a few words.</summary>
internal static class LivePeriods
{
    /// <summary>The newest periods, joined where only weights changed: <c>stable 2026-05-03 14:00 to now</c>.</summary>
    public static string Tell(VersionReference version, IReadOnlyList<LivePeriod> periods, int most)
    {
        var spans = new List<(string Role, DateTimeOffset From, DateTimeOffset? To)>();
        foreach (var period in periods)
        {
            var role = period.Stable == version ? "stable" : "candidate";
            if (spans is [.., var last] && last.Role == role && last.To == period.From)
            {
                spans[^1] = last with { To = period.To };
            }
            else
            {
                spans.Add((role, period.From, period.To));
            }
        }

        var told = string.Join(", ", spans.TakeLast(most).Reverse().Select(span => $"{span.Role} {Moment.Format(span.From)} to {(span.To is { } to ? Moment.Format(to) : "now")}"));
        return spans.Count > most ? string.Create(CultureInfo.InvariantCulture, $"{told} and {spans.Count - most} times before") : told;
    }
}
