using Slipway.Core.Errors;
using Slipway.Inference;
using Slipway.Inference.Onnx;

namespace Slipway.Core.Tests.Inference;

public sealed class DeviceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("")]
    [InlineData("gpu")]
    [InlineData("cuda")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:1024")]
    [InlineData("cuda:0:1")]
    [InlineData("CUDA:0")]
    [InlineData("cpu:0")]
    [InlineData("openvino:0")]
    [InlineData(" cpu")]
    public void A_device_that_there_is_not_is_refused_with_those_that_there_are(string device)
    {
        var error = Assert.Throws<SlipwayException>(() => Load(device));

        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.Equal(
            $"The device '{device}' is not known. Devices are cpu, cuda:0, tensorrt:0, rocm:0, migraphx:0, dml:0, openvino, coreml; the number is the device's own, from 0 on.",
            error.Message);
    }

    // The package that Slipway comes with knows the processor alone.
    [Theory]
    [InlineData("cuda:0", "CUDAExecutionProvider", "Microsoft.ML.OnnxRuntime.Gpu")]
    [InlineData("tensorrt:1", "TensorrtExecutionProvider", "TensorRT")]
    [InlineData("rocm:0", "ROCMExecutionProvider", "migraphx")]
    [InlineData("migraphx:0", "MIGraphXExecutionProvider", "ROCm")]
    [InlineData("openvino", "OpenVINOExecutionProvider", "Intel.ML.OnnxRuntime.OpenVino")]
    public void A_device_without_its_library_is_refused_with_what_is_missing_and_where_it_was_looked_for(string device, string provider, string source)
    {
        var error = Assert.Throws<SlipwayException>(() => Load(device));

        Assert.Equal(ErrorKind.Unavailable, error.Kind);
        Assert.StartsWith($"The device {device} cannot be used: the ONNX Runtime {OnnxRuntimeLibrary.Version} at ", error.Message, StringComparison.Ordinal);
        Assert.Contains($"is built without its {provider}. It needs ", error.Message, StringComparison.Ordinal);
        Assert.Contains(source, error.Message, StringComparison.Ordinal);
        Assert.Contains(AppContext.BaseDirectory.TrimEnd('/'), error.Message, StringComparison.Ordinal);
        Assert.EndsWith("; or serve the model with device: cpu.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_missing_is_told_before_the_model_is_opened()
    {
        // Whole for the check of the file, and nothing that ONNX Runtime can open: its graph is empty.
        _folder.Write("model.onnx", [0x3A, 0x00]);
        Assert.Equal(ErrorKind.InvalidInput, Assert.Throws<SlipwayException>(() => ModelLoader.Load(_folder.Path, new ModelLoadOptions())).Kind);

        Assert.Equal(ErrorKind.Unavailable, Assert.Throws<SlipwayException>(() => ModelLoader.Load(_folder.Path, new ModelLoadOptions { Device = "cuda:0" })).Kind);
    }

    [Fact]
    public void Trees_run_on_the_processor_and_say_so()
    {
        var path = _folder.Write("model.txt", File.ReadAllText(LoadModel));

        var error = Assert.Throws<SlipwayException>(() => ModelLoader.Load(path, new ModelLoadOptions { Device = "cuda:0" }));
        using var model = ModelLoader.Load(path, new ModelLoadOptions(Threads: 4) { Instances = 2 });

        Assert.Equal("model.txt is a model of trees, which runs on the processor and not on cuda:0. Leave the device out, or export the model as ONNX.", error.Message);
        Assert.Equal(1, model.LoadInfo.Threads);
        Assert.Equal(2, model.LoadInfo.Instances);
        Assert.Equal("A model of trees takes one thread a run, not 4: side by side its runs yield more.", model.LoadInfo.Note);
    }

    public void Dispose() => _folder.Dispose();

    private static string LoadModel => Path.Combine(Core.Repository.Root, "bench", "load", "model", "model.txt");

    private static IModel Load(string device) => ModelLoader.Load(TestModels.Path("linear.onnx"), new ModelLoadOptions { Device = device });
}
