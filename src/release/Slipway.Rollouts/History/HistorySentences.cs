using Slipway.Core.Units;

namespace Slipway.Rollouts.History;

/// <summary>What was live, in words.</summary>
internal static class HistorySentences
{
    /// <summary>Before the first version.</summary>
    public static string Nothing(DeploymentMoment moment, DateTimeOffset? first) =>
        $"At {Moment.Format(moment.At)} UTC nothing was live as {moment.Deployment}{(first is { } begun ? $": its first version was deployed at {Moment.Format(begun)} UTC" : "")}.{Answered(moment)}";

    /// <summary>Roles and weights, and who decided.</summary>
    public static string Of(DeploymentMoment moment)
    {
        var live = moment.Live!;
        var tried = live.Candidate is { } candidate
            ? live.Weight > 0 ? $"; {candidate} was tried on {Percent.Format(live.Weight.Value)} of requests" : $"; {candidate} was loaded beside it and answered nobody"
            : "";
        var when = moment.IsFuture ? $"{Moment.Format(moment.At)} UTC is still to come. Now" : $"At {Moment.Format(moment.At)} UTC";
        var is_ = moment.IsFuture ? "answers" : "answered";
        if (moment.IsFuture)
        {
            tried = tried.Replace(" was ", " is ", StringComparison.Ordinal).Replace(" answered ", " answers ", StringComparison.Ordinal);
        }

        var until = live.To is { } to ? $" until {Moment.Format(to)}" : "";
        return $"{when} {live.Stable} {is_} as {moment.Deployment}{tried}. It was so from {Moment.Format(live.From)}{until} UTC, decided by {live.Decision.Actor}.{(moment.IsFuture ? "" : Answered(moment))}";
    }

    // Only where the requests tell another story than the server's clock: of a replay.
    private static string Answered(DeploymentMoment moment)
    {
        if (moment.Traffic is not { Answered: [var most, ..] } traffic || (moment.Live is { } live && traffic.Answered.All(a => a.Version == live.Stable.ToString() || a.Version == live.Candidate?.ToString())))
        {
            return "";
        }

        var others = traffic.Answered.Count == 1 ? "" : $" and {string.Join(", ", traffic.Answered.Skip(1).Select(Told))}";
        return $" By the time that requests carry, {Told(most)}{others} in {Moment.Format(traffic.From)} to {Moment.Format(traffic.To)} UTC.";

        static string Told(AnsweredTraffic answered) => $"{answered.Version} ({answered.Role}) answered {answered.Predictions} predictions";
    }
}
