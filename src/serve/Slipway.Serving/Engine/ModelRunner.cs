using Slipway.Inference;

namespace Slipway.Serving.Engine;

/// <summary>Runs the calls of one loaded version.</summary>
internal sealed class ModelRunner(TimeProvider time)
{
    /// <summary>Fills the call's outputs. Its inputs have been checked against the model's signature, and <paramref name="lease"/> is held until the task ends.</summary>
    public ValueTask RunAsync(InferenceCall call, ModelLease lease, CancellationToken cancellationToken)
    {
        // On the caller's thread: a hop to another one costs more than a small model.
        cancellationToken.ThrowIfCancellationRequested();
        var from = time.GetTimestamp();
        lease.Model.Run(call.Inputs, call.Outputs);
        call.Ran(from, time.GetTimestamp());
        return ValueTask.CompletedTask;
    }
}
