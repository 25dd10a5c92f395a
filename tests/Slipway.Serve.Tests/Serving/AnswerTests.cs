using System.Net;
using System.Text.Json;
using Slipway.Core.Errors;
using Slipway.Inference.Tensors;
using Slipway.Serving.OpenInference;

namespace Slipway.Serve.Tests.Serving;

public sealed class AnswerTests
{
    private const string Wet = """
        "inputs":[{"name":"matrix","shape":[2,2],"datatype":"FP32","data":[95,990,20,1040]}]
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Outputs_come_in_the_asked_order_and_only_those_asked_for()
    {
        await using var server = await ServingServer.StartAsync(Cancel);
        var version = await server.AddVersionAsync("rain", "rain", Cancel);
        await server.Deployments.DeployAsync("rain", version, Core.Actor.Local, null, Cancel);

        var all = await server.PostAsync("/v2/models/rain/infer", $"{{{Wet}}}", Cancel);
        var turned = await server.PostAsync("/v2/models/rain/infer", $"{{{Wet},\"outputs\":[{{\"name\":\"label\"}},{{\"name\":\"probability\"}}]}}", Cancel);
        var one = await server.PostAsync("/v2/models/rain/infer", $"{{{Wet},\"outputs\":[{{\"name\":\"label\"}}]}}", Cancel);

        Assert.Equal(["probability", "label"], Names(all));
        Assert.Equal(["label", "probability"], Names(turned));
        Assert.Equal(["label"], Names(one));
        Assert.Equal(0.8238947781068905, all.Prediction, 1e-12);
        Assert.Equal(["rain \"☔\"", "dry"], one.Json.GetProperty("outputs")[0].GetProperty("data").EnumerateArray().Select(l => l.GetString()!));
        Assert.Equal(HttpStatusCode.OK, one.Status);
    }

    [Theory]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "Infinity")]
    [InlineData(double.NegativeInfinity, "-Infinity")]
    public void An_output_that_is_no_JSON_number_is_refused_by_name(double value, string text)
    {
        var error = Assert.Throws<SlipwayException>(() => Write(outputs => outputs.Add("score", TensorType.Float64, [2]).Values<double>()[1] = value));

        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.StartsWith($"Element 1 of output 'score' of m cannot be sent as JSON: it is {text},", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_output_that_is_no_text_is_refused_by_name()
    {
        var error = Assert.Throws<SlipwayException>(() => Write(outputs => outputs.Add("score", TensorType.Bytes, [1]).Items[0] = new byte[] { 0xFF }));

        Assert.StartsWith("Element 0 of output 'score' of m cannot be sent as JSON: it holds bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_datatype_is_written_exactly()
    {
        Assert.Equal("INT64 [-9223372036854775808,9223372036854775807]", Write(o => Set(o, TensorType.Int64, long.MinValue, long.MaxValue)));
        Assert.Equal("UINT64 [0,18446744073709551615]", Write(o => Set(o, TensorType.UInt64, ulong.MinValue, ulong.MaxValue)));
        Assert.Equal("INT32 [-2147483648,7]", Write(o => Set(o, TensorType.Int32, int.MinValue, 7)));
        Assert.Equal("UINT32 [0,4294967295]", Write(o => Set(o, TensorType.UInt32, 0u, uint.MaxValue)));
        Assert.Equal("INT16 [-32768,7]", Write(o => Set<short>(o, TensorType.Int16, short.MinValue, 7)));
        Assert.Equal("UINT16 [0,65535]", Write(o => Set<ushort>(o, TensorType.UInt16, 0, ushort.MaxValue)));
        Assert.Equal("INT8 [-128,7]", Write(o => Set<sbyte>(o, TensorType.Int8, sbyte.MinValue, 7)));
        Assert.Equal("UINT8 [0,255]", Write(o => Set<byte>(o, TensorType.UInt8, 0, 255)));
        Assert.Equal("BOOL [false,true]", Write(o => Set<byte>(o, TensorType.Bool, 0, 1)));
        Assert.Equal("FP16 [0.1,65500]", Write(o => Set(o, TensorType.Float16, (Half)0.1, Half.MaxValue)));
        Assert.Equal("FP32 [0.1,3.4028235E+38]", Write(o => Set(o, TensorType.Float32, 0.1f, float.MaxValue)));
        Assert.Equal("FP64 [0.1,5E-324]", Write(o => Set(o, TensorType.Float64, 0.1, double.Epsilon)));
        Assert.Equal("BYTES [null,\"\\u00E9\\u0022\"]", Write(o =>
        {
            var items = o.Add("score", TensorType.Bytes, [2]).Items;
            items[0] = null;
            items[1] = "é\""u8.ToArray();
        }));
    }

    private static void Set<T>(TensorSet outputs, TensorType type, T first, T second)
        where T : unmanaged
    {
        var values = outputs.Add("score", type, [2]).Values<T>();
        values[0] = first;
        values[1] = second;
    }

    /// <summary>Writes an answer with one output, and returns that output's datatype and data as they stand in it.</summary>
    private static string Write(Action<TensorSet> fill)
    {
        using var call = Calls.Create(Calls.Route([new TensorSpec("x", TensorType.Float64, [-1])], [new TensorSpec("score", TensorType.Float64, [-1])]));
        fill(call.Outputs);
        call.Choose(call.Route!.Stable, candidate: null, randomised: false);
        AnswerWriter.Write(call);
        using var answer = JsonDocument.Parse(call.Answer.Written);
        var output = answer.RootElement.GetProperty("outputs")[0];
        return $"{output.GetProperty("datatype").GetString()} {output.GetProperty("data").GetRawText()}";
    }

    private static IEnumerable<string> Names(Answer answer) => answer.Json.GetProperty("outputs").EnumerateArray().Select(o => o.GetProperty("name").GetString()!);
}
