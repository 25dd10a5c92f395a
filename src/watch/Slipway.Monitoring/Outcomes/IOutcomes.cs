using Slipway.Core.Errors;
using Slipway.Monitoring.Watching;

namespace Slipway.Monitoring.Outcomes;

/// <summary>Takes the truths that arrive for predictions.</summary>
public interface IOutcomes
{
    /// <summary>
    /// Keeps all of the outcomes, or none. When it returns they are durable, and they are joined after every prediction that was answered before. The first label of an id stands: the same
    /// again is a duplicate, another contradicts; neither changes anything.
    /// </summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.NotFound"/>: there is no such deployment.</exception>
    Task<OutcomeReceipt> TakeAsync(string deployment, IReadOnlyList<Outcome> outcomes, CancellationToken cancellationToken);

    /// <summary>
    /// Returns when everything that was recorded or taken before the call has been joined, judged and saved, and the deployment's rollout has acted on it. A replay calls it after each of its
    /// steps, so that what happens next in its time meets the version that the evidence has chosen. Live callers do not need it: the same happens by itself within a second.
    /// </summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.NotFound"/>: no such deployment; <see cref="ErrorKind.Unavailable"/>: it could not be saved, and will be tried again.</exception>
    Task SettleAsync(string deployment, CancellationToken cancellationToken);

    /// <summary>What became of a deployment's outcomes.</summary>
    Task<OutcomeStanding> FindAsync(string deployment, CancellationToken cancellationToken);

    /// <summary>The newest labels that said something else than the one that stands, newest first.</summary>
    Task<IReadOnlyList<OutcomeContradiction>> ListContradictionsAsync(string deployment, CancellationToken cancellationToken);
}

/// <summary>The truth of one prediction.</summary>
/// <param name="Id">The prediction's id.</param>
/// <param name="Label">The truth as text: a number in invariant form, a word, <c>true</c> or <c>false</c>.</param>
/// <param name="KnownAt">When it became known (event time); null takes its arrival, which in a replay is the deployment's own now.</param>
public readonly record struct Outcome(string Id, string Label, DateTimeOffset? KnownAt);

/// <summary>What became of the outcomes of one call.</summary>
/// <param name="Received">How many there were.</param>
/// <param name="New">Those that were kept.</param>
/// <param name="Duplicate">Those that said again what was known.</param>
/// <param name="Contradicting">Those that said something else than what was known; the first stands.</param>
public sealed record OutcomeReceipt(long Received, long New, long Duplicate, long Contradicting);

/// <summary>A deployment's outcomes.</summary>
/// <param name="Figures">By what became of them.</param>
/// <param name="Unfit">Those among the joined whose label does not fit the model; they count in no metric.</param>
/// <param name="UnfitSentence">What did not fit about the first of them, or null.</param>
/// <param name="Notes">What the running rollout's evidence had to leave out, as sentences.</param>
public sealed record OutcomeStanding(OutcomeFigures Figures, long Unfit, string? UnfitSentence, IReadOnlyList<string> Notes);

/// <summary>Two labels for one prediction.</summary>
/// <param name="Id">The prediction's id.</param>
/// <param name="Label">The one that came first, and stands.</param>
/// <param name="Contradicting">The other.</param>
/// <param name="ReceivedAt">When the other came (UTC).</param>
public sealed record OutcomeContradiction(string Id, string Label, string Contradicting, DateTimeOffset ReceivedAt);
