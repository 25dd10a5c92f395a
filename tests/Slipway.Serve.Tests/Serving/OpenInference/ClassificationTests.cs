using System.Text;
using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Inference;
using Slipway.Inference.Tensors;
using Slipway.Serving.OpenInference;

namespace Slipway.Serve.Tests.Serving.OpenInference;

/// <summary>The extension <c>classification</c>.</summary>
public sealed class ClassificationTests(IdentityServer identity) : IClassFixture<IdentityServer>
{
    private const string Wide = "/v2/models/wide/infer";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, "[2,1]", """["3.5:1","9:2"]""")]
    [InlineData(2, "[2,2]", """["3.5:1","1:0","9:2","4:0"]""")]
    [InlineData(7, "[2,3]", """["3.5:1","1:0","-2:2","9:2","4:0","4:1"]""")]
    public async Task Each_row_tells_its_highest_values_and_of_equal_ones_the_first(int classes, string shape, string data)
    {
        using var content = new StringContent(
            $$$"""{"inputs":[{"name":"wide","shape":[2,3],"datatype":"FP32","data":[1,3.5,-2,4,4,9]}],"outputs":[{"name":"wide_out","parameters":{"classification":{{{classes}}}}}]}""");

        var output = (await BinaryRequest.SendAsync(identity.Server, Wide, content, Cancel)).Output(0);

        Assert.Equal("BYTES", output.GetProperty("datatype").GetString());
        Assert.Equal(shape, output.GetProperty("shape").GetRawText());
        Assert.Equal(data, output.GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task Classes_come_as_bytes_too()
    {
        using var content = new StringContent(
            """{"inputs":[{"name":"wide","shape":[1,3],"datatype":"FP32","data":[1,3.5,-2]}],"outputs":[{"name":"wide_out","parameters":{"classification":2,"binary_data":true}}]}""");

        var answer = await BinaryRequest.SendAsync(identity.Server, Wide, content, Cancel);

        Assert.Equal(BinaryRequest.Texts("3.5:1"u8.ToArray(), "1:0"u8.ToArray()), answer.Binary);
        Assert.Equal(16, answer.Output(0).GetProperty("parameters").GetProperty("binary_data_size").GetInt32());
    }

    [Fact]
    public async Task What_has_no_order_has_no_classes()
    {
        using var content = new StringContent(
            """{"inputs":[{"name":"words","shape":[1],"datatype":"BYTES","data":["a"]}],"outputs":[{"name":"words_out","parameters":{"classification":1}}]}""");

        var answer = await BinaryRequest.SendAsync(identity.Server, "/v2/models/words/infer", content, Cancel);

        Assert.Equal(400, answer.Status);
        Assert.StartsWith("Output 'words_out' of words is BYTES, whose values have no order", answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_one_score_of_two_classes_is_that_of_the_second()
    {
        await using var server = await ServingServer.StartAsync(Cancel);
        await server.Deployments.DeployAsync("rain", await server.AddVersionAsync("rain", "rain", Cancel), Actor.Local, null, Cancel);

        var answer = await server.PostAsync(
            "/v2/models/rain/infer",
            """{"inputs":[{"name":"matrix","shape":[2,2],"datatype":"FP32","data":[95,990,20,1040]}],"outputs":[{"name":"probability","parameters":{"classification":2}}]}""",
            Cancel);

        var data = answer.Json.GetProperty("outputs")[0].GetProperty("data").EnumerateArray().Select(d => d.GetString()!).ToArray();
        Assert.Equal(2, data.Length);
        Assert.Equal("0.8238947781068905:1:rain \"☔\"", data[0]);
        Assert.EndsWith(":1:rain \"☔\"", data[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TensorType.Int64)]
    [InlineData(TensorType.UInt8)]
    [InlineData(TensorType.Float16)]
    [InlineData(TensorType.Float64)]
    public void A_label_belongs_to_each_class_of_every_type_of_number(TensorType type)
    {
        var output = new Tensor();
        output.Reset("y", type, [1, 3]);
        SetAll(output, 1, 3, 2);
        var signature = new ModelSignature([], [new TensorSpec("y", type, [-1, 3])], Tabular: false) { Labels = ["low", "mid", "high"] };

        var result = Classification.Of("m", signature, output, 3);

        Assert.Equal(["3:1:mid", "2:2:high", "1:0:low"], Texts(result));
    }

    [Fact]
    public void NaN_is_no_value_and_comes_last_and_dimensions_behind_the_rows_are_one_list()
    {
        var output = new Tensor();
        output.Reset("y", TensorType.Float32, [1, 2, 2]);
        SetAll(output, float.NaN, 1, float.NegativeInfinity, 2);

        var result = Classification.Of("m", new ModelSignature([], [], Tabular: false), output, 4);

        Assert.Equal([1L, 4L], result.Shape.ToArray());
        Assert.Equal(["2:3", "1:1", "-Infinity:2", "NaN:0"], Texts(result));
    }

    [Fact]
    public void A_truth_value_has_no_order()
    {
        var output = new Tensor();
        output.Reset("y", TensorType.Bool, [1]);

        Assert.Equal(ErrorKind.InvalidInput, Assert.Throws<SlipwayException>(() => Classification.Of("m", new ModelSignature([], [], Tabular: false), output, 1)).Kind);
    }

    private static IEnumerable<string> Texts(Tensor tensor) => tensor.Items.ToArray().Select(i => Encoding.UTF8.GetString(i!.Value.Span));

    private static void SetAll(Tensor tensor, params double[] values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            switch (tensor.Type)
            {
                case TensorType.Int64:
                    tensor.Values<long>()[i] = (long)values[i];
                    break;
                case TensorType.UInt8:
                    tensor.Values<byte>()[i] = (byte)values[i];
                    break;
                case TensorType.Float16:
                    tensor.Values<Half>()[i] = (Half)values[i];
                    break;
                case TensorType.Float32:
                    tensor.Values<float>()[i] = (float)values[i];
                    break;
                default:
                    tensor.Values<double>()[i] = values[i];
                    break;
            }
        }
    }
}
