namespace Slipway.Inference;

/// <summary>How to load a model.</summary>
/// <param name="Threads">Threads for one run inside the model (ONNX Runtime's intra-op threads). 0 takes the container's CPU limit.</param>
public sealed record ModelLoadOptions(int Threads = 1);
