using Slipway.Core;
using Slipway.Core.Names;
using Slipway.Storage.Events;

namespace Slipway.Rollouts.Releases;

/// <summary>A candidate began to be tried beside the stable version.</summary>
/// <param name="Deployment">The deployment's name.</param>
/// <param name="Rollout">The rollout's id.</param>
/// <param name="Version">The candidate.</param>
/// <param name="Stable">The version that it is compared with.</param>
/// <param name="Plan">How the rollout goes about it.</param>
/// <param name="Weight">The candidate's share of requests from now on.</param>
/// <param name="Revision">The deployment's revision from now on.</param>
/// <param name="Reason">Why, in the words of whoever began it.</param>
/// <param name="Why">One sentence for people.</param>
/// <param name="Actor">Who began it.</param>
public sealed record RolloutStarted(
    string Deployment, string Rollout, VersionReference Version, VersionReference Stable, RolloutPlan Plan, double Weight, long Revision, string? Reason, string Why, Actor Actor) : IEvent
{
    /// <inheritdoc/>
    public string Subject => DeploymentSubject.Of(Deployment);
}

/// <summary>A candidate passed a step and gets a larger share.</summary>
/// <param name="Deployment">The deployment's name.</param>
/// <param name="Rollout">The rollout's id.</param>
/// <param name="Version">The candidate.</param>
/// <param name="Step">The step that begins, 1 for the first.</param>
/// <param name="FormerWeight">The share until now.</param>
/// <param name="Weight">The share from now on.</param>
/// <param name="At">The event time up to which evidence was looked at.</param>
/// <param name="Figures">What is known.</param>
/// <param name="Revision">The deployment's revision from now on.</param>
/// <param name="Why">One sentence for people.</param>
/// <param name="Actor">Who decided.</param>
public sealed record RolloutStepped(
    string Deployment,
    string Rollout,
    VersionReference Version,
    int Step,
    double FormerWeight,
    double Weight,
    DateTimeOffset At,
    IReadOnlyList<GuardrailFigures> Figures,
    long Revision,
    string Why,
    Actor Actor) : IEvent
{
    /// <inheritdoc/>
    public string Subject => DeploymentSubject.Of(Deployment);
}

/// <summary>A candidate became the stable version.</summary>
/// <param name="Deployment">The deployment's name.</param>
/// <param name="Rollout">The rollout's id.</param>
/// <param name="Version">The candidate, which answers everybody from now on.</param>
/// <param name="Former">What answered when the rollout began; null for a deployment's first version.</param>
/// <param name="FormerWeight">The candidate's share until now.</param>
/// <param name="At">The event time up to which evidence was looked at; null where nobody waited for evidence.</param>
/// <param name="Figures">What is known.</param>
/// <param name="Revision">The deployment's revision from now on.</param>
/// <param name="Reason">Why, in the words of whoever promoted it.</param>
/// <param name="Why">One sentence for people.</param>
/// <param name="Actor">Who decided.</param>
public sealed record RolloutPromoted(
    string Deployment,
    string Rollout,
    VersionReference Version,
    VersionReference? Former,
    double FormerWeight,
    DateTimeOffset? At,
    IReadOnlyList<GuardrailFigures> Figures,
    long Revision,
    string? Reason,
    string Why,
    Actor Actor) : IEvent
{
    /// <inheritdoc/>
    public string Subject => DeploymentSubject.Of(Deployment);
}

/// <summary>A candidate was taken back.</summary>
/// <param name="Deployment">The deployment's name.</param>
/// <param name="Rollout">The rollout's id.</param>
/// <param name="Version">The candidate.</param>
/// <param name="Stable">What answered beside it.</param>
/// <param name="FormerWeight">The candidate's share until now.</param>
/// <param name="At">The event time up to which evidence was looked at, or null before the first look.</param>
/// <param name="Metric">The metric on which harm was proven, or null.</param>
/// <param name="Segment">Where it was proven: empty for all requests, else <c>workingday=1</c>; null without proven harm.</param>
/// <param name="Figures">What is known, the proof of harm among it.</param>
/// <param name="Revision">The deployment's revision from now on.</param>
/// <param name="Reason">Why, in the words of whoever took it back.</param>
/// <param name="Why">One sentence for people.</param>
/// <param name="Actor">Who decided.</param>
public sealed record RolloutRolledBack(
    string Deployment,
    string Rollout,
    VersionReference Version,
    VersionReference Stable,
    double FormerWeight,
    DateTimeOffset? At,
    string? Metric,
    string? Segment,
    IReadOnlyList<GuardrailFigures> Figures,
    long Revision,
    string? Reason,
    string Why,
    Actor Actor) : IEvent
{
    /// <inheritdoc/>
    public string Subject => DeploymentSubject.Of(Deployment);
}

/// <summary>A step ended without a verdict, and the candidate keeps its share until a person decides.</summary>
/// <param name="Deployment">The deployment's name.</param>
/// <param name="Rollout">The rollout's id.</param>
/// <param name="Version">The candidate.</param>
/// <param name="Step">The step, 1 for the first.</param>
/// <param name="Weight">The candidate's share.</param>
/// <param name="At">The event time up to which evidence was looked at.</param>
/// <param name="Figures">What is known.</param>
/// <param name="Why">One sentence for people.</param>
/// <param name="Actor">Who decided.</param>
public sealed record RolloutHeld(
    string Deployment, string Rollout, VersionReference Version, int Step, double Weight, DateTimeOffset At, IReadOnlyList<GuardrailFigures> Figures, string Why, Actor Actor) : IEvent
{
    /// <inheritdoc/>
    public string Subject => DeploymentSubject.Of(Deployment);
}

/// <summary>A step ended without a verdict and begins again.</summary>
/// <param name="Deployment">The deployment's name.</param>
/// <param name="Rollout">The rollout's id.</param>
/// <param name="Version">The candidate.</param>
/// <param name="Step">The step, 1 for the first.</param>
/// <param name="Weight">The candidate's share.</param>
/// <param name="At">The event time up to which evidence was looked at.</param>
/// <param name="Figures">What is known.</param>
/// <param name="Why">One sentence for people.</param>
/// <param name="Actor">Who decided.</param>
public sealed record RolloutExtended(
    string Deployment, string Rollout, VersionReference Version, int Step, double Weight, DateTimeOffset At, IReadOnlyList<GuardrailFigures> Figures, string Why, Actor Actor) : IEvent
{
    /// <inheritdoc/>
    public string Subject => DeploymentSubject.Of(Deployment);
}
