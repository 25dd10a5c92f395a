namespace Slipway.Rollouts.History;

/// <summary>
/// What answered by the time that requests carry, which in a replay is not the server's. Whoever keeps the recorded traffic provides this; where nobody does, history is told by the server's clock alone.
/// </summary>
public interface ITrafficHistory
{
    /// <summary>True when the deployment's requests state times of the past.</summary>
    bool IsReplay(string deployment);

    /// <summary>What answered the requests of a moment: those of the stretch of time with it, by which traffic is counted. Null where none were recorded.</summary>
    Task<TrafficMoment?> FindAsync(string deployment, DateTimeOffset moment, CancellationToken cancellationToken);

    /// <summary>Periods in which the same versions answered in the same roles, the newest first.</summary>
    Task<IReadOnlyList<TrafficPeriod>> ListAsync(string deployment, DateTimeOffset? from, DateTimeOffset? to, int limit, CancellationToken cancellationToken);
}

/// <summary>What answered the requests of a stretch of time.</summary>
/// <param name="From">Its beginning, by the time that requests carry (UTC).</param>
/// <param name="To">Its end.</param>
/// <param name="Answered">Which versions answered, the most predictions first.</param>
public sealed record TrafficMoment(DateTimeOffset From, DateTimeOffset To, IReadOnlyList<AnsweredTraffic> Answered);

/// <summary>A period in which the same versions answered in the same roles.</summary>
/// <param name="From">Its beginning, by the time that requests carry (UTC).</param>
/// <param name="To">Its end.</param>
/// <param name="Answered">Which versions answered, the most predictions first.</param>
public sealed record TrafficPeriod(DateTimeOffset From, DateTimeOffset To, IReadOnlyList<AnsweredTraffic> Answered);

/// <summary>What a version answered.</summary>
/// <param name="Version">The version; a text that is none of the registry's stays as it is.</param>
/// <param name="Role"><c>stable</c>, <c>candidate</c> or <c>previous</c>.</param>
/// <param name="Predictions">How many predictions were recorded.</param>
/// <param name="Share">Their share of all of that time, 0 to 1.</param>
public sealed record AnsweredTraffic(string Version, string Role, long Predictions, double Share);
