using Slipway.Core.Errors;
using Slipway.Inference;
using Slipway.Inference.Tensors;

namespace Slipway.Core.Tests.Inference;

public sealed class OnnxExternalDataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public OnnxExternalDataTests()
    {
        // Files that an attack would reach, so that a refusal is not merely for their absence.
        File.Copy(TestModels.Path("weights.bin"), Path.Combine(_folder.Path, "weights.bin"));
        Directory.CreateDirectory(Artifact);
    }

    private string Artifact => Path.Combine(_folder.Path, "artifact");

    [Fact]
    public void Weights_in_a_file_beside_the_model_are_read()
    {
        File.Copy(TestModels.Path("weights.bin"), Path.Combine(Artifact, "weights.bin"));
        using var model = Load("external");
        TensorSet inputs = new(), outputs = new();
        inputs.Add("x", TensorType.Float32, [1, 3]).Values<float>().Fill(1);

        model.Run(inputs, outputs);

        Assert.Equal([3.75f, 3f], outputs[0].Values<float>().ToArray());
    }

    [Theory]
    [InlineData("external-parent", "../weights.bin")]
    [InlineData("external-absolute", "/etc/hostname")]
    [InlineData("external-encoded", "%2e%2e/weights.bin")]
    [InlineData("external-attribute", "../weights.bin")]
    [InlineData("external-subgraph", "../weights.bin")]
    [InlineData("external-function", "../weights.bin")]
    public void A_location_outside_the_folder_is_refused_wherever_it_stands(string name, string location)
    {
        var error = Assert.Throws<SlipwayException>(() => Load(name));

        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.StartsWith($"model.onnx keeps weights in '{location}', ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_that_leads_out_of_the_folder_is_refused()
    {
        File.CreateSymbolicLink(Path.Combine(Artifact, "link.bin"), Path.Combine(_folder.Path, "weights.bin"));

        Assert.Contains("'link.bin'", Assert.Throws<SlipwayException>(() => Load("external-link")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_means_an_address_in_memory_is_refused_even_when_there_is_such_a_file()
    {
        Directory.CreateDirectory(Path.Combine(Artifact, "*", "_ORT_MEM_ADDR_"));
        File.Copy(TestModels.Path("weights.bin"), Path.Combine(Artifact, "*", "_ORT_MEM_ADDR_", "*"));

        Assert.Contains("_ORT_MEM_ADDR_", Assert.Throws<SlipwayException>(() => Load("external-memory")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named() =>
        Assert.Equal(
            "model.onnx keeps weights in 'nowhere.bin', and there is no such file beside it. Keep the external data of a model in files beside it.",
            Assert.Throws<SlipwayException>(() => Load("external-missing")).Message);

    [Fact]
    public void A_model_that_is_itself_a_link_out_of_its_folder_is_refused()
    {
        File.CreateSymbolicLink(Path.Combine(Artifact, "model.onnx"), TestModels.Path("linear.onnx"));

        Assert.Equal(ErrorKind.InvalidInput, Assert.Throws<SlipwayException>(() => ModelLoader.Load(Artifact, new ModelLoadOptions())).Kind);
    }

    [Fact]
    public void Operators_of_other_libraries_are_never_loaded()
    {
        var error = Assert.Throws<SlipwayException>(() => Load("custom-operator"));

        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.StartsWith("model.onnx cannot be loaded: ", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private IModel Load(string name)
    {
        File.Copy(TestModels.Path($"{name}.onnx"), Path.Combine(Artifact, "model.onnx"));
        return ModelLoader.Load(Artifact, new ModelLoadOptions());
    }
}
