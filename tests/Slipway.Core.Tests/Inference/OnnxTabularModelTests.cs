using System.Text;
using Slipway.Core.Errors;
using Slipway.Inference;
using Slipway.Inference.Tensors;

namespace Slipway.Core.Tests.Inference;

public sealed class OnnxTabularModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_classifier_over_a_matrix_answers_with_probability_and_label()
    {
        using var model = Load("classifier", new TabularSchema("binary", [new("a"), new("b")], ["no", "yes"]));
        TensorSet inputs = new(), outputs = new();
        new[] { 1.0, 0, 3 }.CopyTo(inputs.Add("b", TensorType.Float64, [3]).Values<double>());
        new[] { 0.0, 2, 3 }.CopyTo(inputs.Add("a", TensorType.Float64, [3]).Values<double>());

        Assert.True(model.Signature.Tabular);
        Assert.Equal(3, SignatureCheck.Apply(model.Signature, inputs));
        model.Run(inputs, outputs);

        // The second score is b − a against a − b.
        Assert.Equal(1 / (1 + Math.Exp(-2)), outputs.Find("probability")!.Values<double>()[0], 1e-6);
        Assert.Equal(["yes", "no", "yes"], Texts(outputs.Find("label")!));
    }

    [Fact]
    public void The_same_rows_as_one_matrix_give_the_same_answer()
    {
        using var model = Load("classifier", new TabularSchema("multiclass", [new("a"), new("b")], ["first", "second"]));
        TensorSet inputs = new(), outputs = new();
        new[] { 0.0, 1, 2, 0 }.CopyTo(inputs.Add("x", TensorType.Float64, [2, 2]).Values<double>());

        SignatureCheck.Apply(model.Signature, inputs);
        model.Run(inputs, outputs);

        Assert.Equal([2L, 2L], outputs[0].Shape.ToArray());
        Assert.Equal(["second", "first"], Texts(outputs[1]));
    }

    [Fact]
    public void Columns_reach_the_inputs_of_their_names_in_the_types_they_take()
    {
        using var model = Load("columns", Columns);
        TensorSet inputs = new(), outputs = new();
        Fill(inputs, 0.5, 3, "blue");
        SignatureCheck.Apply(model.Signature, inputs);

        model.Run(inputs, outputs);

        Assert.Equal("prediction", Assert.Single(model.Signature.Outputs).Name);
        Assert.Equal([23.5], outputs[0].Values<double>().ToArray());
    }

    [Fact]
    public void A_fraction_for_a_whole_number_is_refused_with_its_row()
    {
        using var model = Load("columns", Columns);
        TensorSet inputs = new(), outputs = new();
        Fill(inputs, 0.5, 3.5, "blue");
        SignatureCheck.Apply(model.Signature, inputs);

        Assert.Equal("Input 'count' is 3.5 in row 0, but the model takes INT64.", Assert.Throws<SlipwayException>(() => model.Run(inputs, outputs)).Message);
    }

    [Fact]
    public void A_schema_that_does_not_fit_is_refused()
    {
        Assert.StartsWith(
            "model.onnx and model.json do not fit: the model takes 'x'",
            Assert.Throws<SlipwayException>(() => Load("classifier", new TabularSchema("binary", [new("a"), new("b"), new("c")], ["0", "1"]))).Message,
            StringComparison.Ordinal);
        Assert.StartsWith(
            "model.onnx has no float output of 3 scores a row, as model.json needs for multiclass.",
            Assert.Throws<SlipwayException>(() => Load("classifier", new TabularSchema("multiclass", [new("a"), new("b")], ["0", "1", "2"]))).Message,
            StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static TabularSchema Columns => new("regression", [new("color", ["red", "blue"]), new("size"), new("count")], []);

    private static void Fill(TensorSet inputs, double size, double count, string color)
    {
        inputs.Add("size", TensorType.Float64, [1]).Values<double>()[0] = size;
        inputs.Add("count", TensorType.Float64, [1]).Values<double>()[0] = count;
        inputs.Add("color", TensorType.Bytes, [1]).Items[0] = Encoding.UTF8.GetBytes(color);
    }

    private static IEnumerable<string> Texts(Tensor tensor) => tensor.Items.ToArray().Select(item => Encoding.UTF8.GetString(item!.Value.Span));

    private IModel Load(string name, TabularSchema schema)
    {
        File.Copy(TestModels.Path($"{name}.onnx"), Path.Combine(_folder.Path, "model.onnx"), overwrite: true);
        schema.Save(Path.Combine(_folder.Path, TabularSchema.FileName));
        return ModelLoader.Load(_folder.Path, new ModelLoadOptions());
    }
}
