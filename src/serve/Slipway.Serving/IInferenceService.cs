using Slipway.Core.Errors;

namespace Slipway.Serving;

/// <summary>
/// The one place where predictions are made. A protocol translates its request into an <see cref="InferenceCall"/> and the call's outputs into its answer; routing, checks,
/// the run and the figures are here, the same for all.
/// </summary>
public interface IInferenceService
{
    /// <summary>
    /// Takes up a request: starts its clock and finds the deployment. The caller disposes the call, whatever happens, and says <see cref="InferenceCall.Complete"/> or
    /// <see cref="InferenceCall.Fail(Exception)"/> when the answer stands, before it sends anything.
    /// </summary>
    /// <param name="deployment">The name that the caller used.</param>
    /// <param name="version">A semantic version or a version's number, when the caller wants one of the loaded versions; null for the deployment's choice.</param>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.NotFound"/> when there is no such deployment, or it has no such version loaded.</exception>
    InferenceCall Begin(string deployment, string? version);

    /// <summary>
    /// As <see cref="Begin"/>, but waits while a model that does not answer yet is being loaded, within the bounds of <see cref="ModelFolderOptions"/>: what a protocol calls that can wait. Completes
    /// at once for what answers and for what nobody knows.
    /// </summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.Unavailable"/> when too many wait or it takes too long; <see cref="ErrorKind.NotFound"/> as above, or when it cannot be loaded.</exception>
    ValueTask<InferenceCall> BeginAsync(string deployment, string? version, CancellationToken cancellationToken);

    /// <summary>
    /// As <see cref="Begin"/>, for a protocol that cannot wait where a request's bytes come in: a model that does not answer is waited for, or refused, in <see cref="ArriveAsync"/>, which has to follow
    /// before the request is read.
    /// </summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.NotFound"/> when the deployment answers, and has no such version loaded.</exception>
    InferenceCall Expect(string deployment, string? version);

    /// <summary>Waits for the model of an expected call, as <see cref="BeginAsync"/> does; completes at once when it answered already.</summary>
    ValueTask ArriveAsync(InferenceCall call, CancellationToken cancellationToken);

    /// <summary>
    /// Refuses a call that would be refused later, before its body is read: reading and understanding a large one costs as much as the model. For a protocol that reads the body itself.
    /// </summary>
    /// <param name="call">The call that has begun.</param>
    /// <param name="bytes">The body's length, where the head says it.</param>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.Unavailable"/>: it would wait for longer than it may, or too many wait already.</exception>
    void Admit(InferenceCall call, long? bytes);

    /// <summary>
    /// Waits until a processor is free to understand the call's body, which has been read; at once for a small one. The call keeps the processor until <see cref="InferenceCall.EndTurn"/>, or until it is
    /// disposed.
    /// </summary>
    /// <exception cref="SlipwayException">As of <see cref="Admit"/>, and <see cref="ErrorKind.Timeout"/> when the call's time was over before its turn came.</exception>
    ValueTask TakeTurnAsync(InferenceCall call, CancellationToken cancellationToken);

    /// <summary>
    /// Chooses the version, checks <see cref="InferenceCall.Inputs"/> against its signature and fills <see cref="InferenceCall.Outputs"/>. A version that is replaced meanwhile
    /// answers to the end; one that is already gone is never chosen.
    /// </summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/>, one sentence that says which input is wrong and what was expected.</exception>
    ValueTask ScoreAsync(InferenceCall call, CancellationToken cancellationToken);
}
