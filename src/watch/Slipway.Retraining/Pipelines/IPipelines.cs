using Slipway.Access;
using Slipway.Core.Errors;

namespace Slipway.Retraining.Pipelines;

/// <summary>
/// The one pipeline: data → train → validate → register → deploy. <c>apply</c>, <c>train</c>, <c>demo</c> and every trigger run it. Each stage finds what an earlier run already
/// made (the same data, the same recipe) and says so, so running it twice changes nothing.
/// </summary>
public interface IPipelines
{
    /// <summary>Checks the file and begins a run in the background; one run a model at a time.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/>, <see cref="ErrorKind.NotAvailable"/>, <see cref="ErrorKind.Forbidden"/> when the file asks for less approval than now and the caller may not approve, or <see cref="ErrorKind.Conflict"/> while the model's last run is under way.</exception>
    Task<PipelineRun> StartAsync(PipelineRequest request, Caller caller, CancellationToken cancellationToken);

    /// <summary>A run, or null.</summary>
    Task<PipelineRun?> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>The run as it is now, and again whenever it has changed, until it has ended.</summary>
    IAsyncEnumerable<PipelineRun> WatchAsync(string id, CancellationToken cancellationToken);

    /// <summary>A model's runs, newest first.</summary>
    Task<IReadOnlyList<PipelineRun>> ListAsync(string model, int limit, CancellationToken cancellationToken);
}
