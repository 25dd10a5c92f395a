using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Registry.Decisions;

namespace Slipway.Rollouts.History;

/// <summary>
/// What answered when: read back from the events of deployments, which are never changed. Moments are the server's clock, exact to its ticks. The order of events is that of their commits: one whose
/// time lies before the time of one that came earlier (the clock went backwards) holds from its own time on, and what came earlier had been done by then.
/// </summary>
public interface IDeploymentHistory
{
    /// <summary>How a deployment stood at a moment, with the decisions that led there; now, for a moment to come. Reads a handful of events, however many there are.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.NotFound"/>: there is no such deployment.</exception>
    Task<DeploymentMoment> AtAsync(string deployment, DateTimeOffset moment, CancellationToken cancellationToken);

    /// <summary>One page of the periods in which a deployment's roles and weights stayed the same, the newest first.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.NotFound"/>: there is no such deployment.</exception>
    Task<HistoryPage> ListAsync(string deployment, HistoryQuery query, CancellationToken cancellationToken);

    /// <summary>Where versions of a model were live at a moment: the deployments that answered with one, or tried one.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.NotFound"/>: no version of such a model was ever deployed.</exception>
    Task<ModelMoment> AtAsync(ModelMomentQuery query, CancellationToken cancellationToken);

    /// <summary>The periods in which a deployment had a version, the oldest first; those of its newest changes, where it has had more than a page of them.</summary>
    Task<IReadOnlyList<LivePeriod>> ListOfAsync(DeployedPlace place, CancellationToken cancellationToken);
}

/// <summary>Which periods.</summary>
/// <param name="Limit">The most periods, 1 to <see cref="MaxLimit"/>.</param>
public sealed record HistoryQuery(int Limit)
{
    /// <summary>The most periods of a page.</summary>
    public const int MaxLimit = 500;

    /// <summary>Only periods that had not ended by this moment.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Only periods that had begun by this moment.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>The page after another one: what that one named as <see cref="HistoryPage.Next"/>.</summary>
    public long? Before { get; init; }

    /// <summary>Only periods in which a version of this model answered or was tried.</summary>
    public string? Model { get; init; }
}

/// <summary>Which model, and when.</summary>
/// <param name="Model">The model.</param>
/// <param name="At">The moment.</param>
public sealed record ModelMomentQuery(string Model, DateTimeOffset At);

/// <summary>A stretch of time in which a deployment's roles and weights stayed the same.</summary>
public sealed record LivePeriod
{
    /// <summary>When it began (UTC).</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>When it ended; absent for what is so now.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>The place in the order of commits of the event that began it.</summary>
    public required long Position { get; init; }

    /// <summary>The deployment's revision.</summary>
    public required long Revision { get; init; }

    /// <summary>The version that answered.</summary>
    public required VersionReference Stable { get; init; }

    /// <summary>The version that a rollback would have returned to; absent without one.</summary>
    public VersionReference? Previous { get; init; }

    /// <summary>The version that was tried beside the stable one; absent without one.</summary>
    public VersionReference? Candidate { get; init; }

    /// <summary>The candidate's share of requests, 0 to 1; absent without one.</summary>
    public double? Weight { get; init; }

    /// <summary>The rollout that tried it; absent without one.</summary>
    public string? Rollout { get; init; }

    /// <summary>The decision that began it.</summary>
    public required HistoryDecision Decision { get; init; }

    /// <summary>True when the version answered, or was tried.</summary>
    public bool Has(VersionReference version) => Stable == version || Candidate == version;

    /// <summary>True when a version of the model answered, or was tried.</summary>
    public bool HasModel(string model) => Stable.Model == model || Candidate?.Model == model;
}

/// <summary>Something that was decided about a deployment.</summary>
public sealed record HistoryDecision
{
    /// <summary>Its event's place in the order of commits.</summary>
    public required long Position { get; init; }

    /// <summary>When (UTC).</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary><c>deployed</c>, <c>rolledBack</c>, <c>started</c>, <c>stepped</c>, <c>promoted</c>, <c>takenBack</c>, <c>held</c> or <c>extended</c>.</summary>
    public required string What { get; init; }

    /// <summary>One sentence for people, with the numbers that it rests on.</summary>
    public required string Sentence { get; init; }

    /// <summary>Who decided.</summary>
    public required string Actor { get; init; }

    /// <summary>Why, in a person's own words; absent without any.</summary>
    public string? Reason { get; init; }

    /// <summary>The rollout that it belongs to; absent without one.</summary>
    public string? Rollout { get; init; }

    /// <summary>The time of the requests up to which evidence was looked at; absent where no evidence decided.</summary>
    public DateTimeOffset? EvidenceTo { get; init; }
}

/// <summary>A page of a deployment's history.</summary>
/// <param name="Deployment">The deployment.</param>
/// <param name="Periods">Its periods, the newest first.</param>
/// <param name="Next">What names the next page; absent on the last one.</param>
public sealed record HistoryPage(string Deployment, IReadOnlyList<LivePeriod> Periods, long? Next)
{
    /// <summary>True when the deployment's requests state times of the past, as a replay's do; <see cref="Traffic"/> then says what answered them by their own time.</summary>
    public bool IsReplay { get; init; }

    /// <summary>What answered by the time that the requests carry, the newest first; a page of at most <see cref="HistoryQuery.Limit"/>. Empty where nothing was recorded.</summary>
    public IReadOnlyList<TrafficPeriod> Traffic { get; init; } = [];
}

/// <summary>How a deployment stood at a moment.</summary>
public sealed record DeploymentMoment
{
    /// <summary>The deployment.</summary>
    public required string Deployment { get; init; }

    /// <summary>The moment (UTC).</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>True for a moment to come, of which only the present can be told.</summary>
    public required bool IsFuture { get; init; }

    /// <summary>The answer in a sentence or two.</summary>
    public required string Sentence { get; init; }

    /// <summary>Roles and weights, and since when; absent where nothing was live yet.</summary>
    public LivePeriod? Live { get; init; }

    /// <summary>The decisions that led there, the oldest first: from the one that made the stable version what it was.</summary>
    public IReadOnlyList<HistoryDecision> Decisions { get; init; } = [];

    /// <summary>What had been decided about each version that was live: who approved it, on what evidence.</summary>
    public IReadOnlyList<VersionDecisions> Versions { get; init; } = [];

    /// <summary>
    /// What answered the requests that say they are of this moment, which in a replay were sent at another one; absent where none were recorded. Where requests carry no other time than that of
    /// their arrival it agrees with <see cref="Live"/>.
    /// </summary>
    public TrafficMoment? Traffic { get; init; }
}

/// <summary>Where versions of a model were live at a moment.</summary>
/// <param name="Model">The model.</param>
/// <param name="At">The moment (UTC).</param>
/// <param name="IsFuture">True for a moment to come, of which only the present can be told.</param>
/// <param name="Deployments">The deployments that had a version of it then, by name.</param>
/// <param name="HasMore">True when the model has been in more deployments than were looked at.</param>
public sealed record ModelMoment(string Model, DateTimeOffset At, bool IsFuture, IReadOnlyList<DeploymentMoment> Deployments, bool HasMore);

/// <summary>A version in a deployment, and between which events it was there.</summary>
/// <param name="Version">The version.</param>
/// <param name="Deployment">The deployment.</param>
/// <param name="First">The first event that made it stable or a candidate.</param>
/// <param name="Last">The last event that it had a part in.</param>
public sealed record DeployedPlace(VersionReference Version, string Deployment, long First, long Last);
