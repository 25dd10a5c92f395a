using System.Globalization;
using Slipway.Core.Text;
using Slipway.Core.Units;
using Slipway.Rollouts.History;

namespace Slipway.Output;

/// <summary>Shows what was live when, within 80 columns.</summary>
internal static class HistoryView
{
    private const int Width = 80;
    private const int TimeWidth = 19;
    private const int Room = Width - (2 * TimeWidth) - 4;

    // More would push the answer off the screen; `--json` has them all.
    private const int MostDecisions = 10;

    /// <summary>A page of periods: a line each, and below it who decided and why.</summary>
    public static IEnumerable<string> Lines(HistoryPage page)
    {
        if (page.Periods.Count == 0)
        {
            yield return $"{page.Deployment}: no such period.";
        }
        else
        {
            yield return $"{"from (UTC)",-TimeWidth}  {"to",-TimeWidth}  stable, and what was tried";
        }

        foreach (var period in page.Periods)
        {
            var roles = period.Candidate is { } candidate ? $"{period.Stable}, {candidate.Version} {Percent.Format(period.Weight ?? 0)}" : period.Stable.ToString();
            if (period.Candidate is { } other && other.Model != period.Stable.Model)
            {
                roles = $"{period.Stable}, {other} {Percent.Format(period.Weight ?? 0)}";
            }

            yield return $"{Short(period.From),-TimeWidth}  {(period.To is { } to ? Short(to) : "now"),-TimeWidth}  {Cut(roles, Room)}";
            foreach (var line in TextWrap.Lines(Told(period.Decision), Width, "  "))
            {
                yield return line;
            }
        }

        if (page.Next is not null)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"These are the newest {page.Periods.Count}; --to {Short(page.Periods.Count > 0 ? page.Periods[^1].From : DateTimeOffset.MinValue).Replace(' ', 'T')} or a greater --limit shows those before.");
        }

        foreach (var line in page.IsReplay ? Lines(page.Traffic) : [])
        {
            yield return line;
        }
    }

    /// <summary>How a deployment stood at a moment.</summary>
    public static IEnumerable<string> Lines(DeploymentMoment moment)
    {
        foreach (var line in TextWrap.Lines(moment.Sentence, Width))
        {
            yield return line;
        }

        foreach (var line in moment.Versions.SelectMany(version => TextWrap.Lines(version.Sentence, Width)))
        {
            yield return line;
        }

        if (moment.Decisions.Count > 0)
        {
            yield return "";
            yield return "What led there:";
        }

        foreach (var decision in moment.Decisions.TakeLast(MostDecisions))
        {
            foreach (var line in TextWrap.Lines($"{Moment.Format(decision.At)}  {Told(decision)}", Width, "  "))
            {
                yield return line;
            }
        }
    }

    /// <summary>Where a model's versions were live.</summary>
    public static IEnumerable<string> Lines(ModelMoment moment)
    {
        if (moment.Deployments.Count == 0)
        {
            yield return $"No version of {moment.Model} was live anywhere at {Moment.Format(moment.At)} UTC.";
        }

        foreach (var line in moment.Deployments.Select(Lines).SelectMany((lines, i) => i == 0 ? lines : lines.Prepend("")))
        {
            yield return line;
        }

        if (moment.HasMore)
        {
            yield return $"{moment.Model} has been in more deployments than were looked at.";
        }
    }

    private static IEnumerable<string> Lines(IReadOnlyList<TrafficPeriod> traffic)
    {
        yield return "";
        yield return "What answered, by the time that requests carry (a replay), with the number of";
        yield return "predictions:";
        foreach (var period in traffic)
        {
            foreach (var (i, answered) in period.Answered.Index())
            {
                var told = string.Create(CultureInfo.InvariantCulture, $"{answered.Version} {answered.Role} {answered.Predictions:N0}");
                yield return Cut($"{(i == 0 ? Moment.Format(period.From) : ""),-TimeWidth}  {(i == 0 ? Moment.Format(period.To) : ""),-TimeWidth}  {told}", Width);
            }
        }
    }

    // Where the evidence is of another time than the decision, as in a replay, both are told.
    private static string Told(HistoryDecision decision)
    {
        var evidence = decision.EvidenceTo is { } to && (decision.At - to).Duration() > TimeSpan.FromDays(1) ? $" (requests up to {Moment.Format(to)})" : "";
        return $"{decision.Actor}: {Excerpt.Of(decision.Sentence, 600)}{evidence}{(decision.Reason is { } reason ? $" ({Excerpt.Of(reason, 200)})" : "")}";
    }

    private static string Short(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Cut(string text, int width) => text.Length <= width ? text : text[..(width - 1)] + "…";
}
