namespace Slipway.Serve.Tests.Serving.OpenInference.Transports;

/// <summary>One way of sending tensors to a deployment and reading its answer.</summary>
public interface ITransport
{
    /// <summary>The outputs, in the model's order.</summary>
    Task<IReadOnlyList<WireTensor>> InferAsync(string deployment, IReadOnlyList<WireTensor> inputs, CancellationToken cancellationToken);
}
