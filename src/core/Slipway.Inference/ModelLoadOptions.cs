namespace Slipway.Inference;

/// <summary>How to load a model. What was made of it stands in the model's <see cref="IModel.LoadInfo"/>.</summary>
/// <param name="Threads">
/// Threads for one run inside the model (ONNX Runtime's intra-op threads). 0 lets a measurement decide between one and all that <see cref="Instances"/> leaves. Never more than the
/// container's processors divided by the instances. Models of trees take one.
/// </param>
public sealed record ModelLoadOptions(int Threads = 1)
{
    /// <summary>Where the model runs: <c>cpu</c>, <c>cuda:0</c>, <c>tensorrt:0</c>, <c>rocm:0</c>, <c>migraphx:0</c>, <c>dml:0</c>, <c>openvino</c> or <c>coreml</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>How many runs the caller means to have at the same time; 0 for not decided, which counts as one where threads are shared out.</summary>
    public int Instances { get; init; }
}
