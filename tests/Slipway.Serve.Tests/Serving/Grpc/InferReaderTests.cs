using Google.Protobuf;
using Slipway.Inference.Tensors;
using Slipway.Serving.Grpc;
using Slipway.Serving.Grpc.Protos;
using Slipway.Serving.Routing;

namespace Slipway.Serve.Tests.Serving.Grpc;

/// <summary>What reading and writing cost. What they understand is tested over gRPC itself.</summary>
public sealed class InferReaderTests
{
    private static readonly ServedDeployment Route = Calls.Route(
        [new TensorSpec("x", TensorType.Float64, [-1]), new TensorSpec("n", TensorType.Int64, [-1]), new TensorSpec("s", TensorType.Bytes, [-1])],
        [new TensorSpec("y", TensorType.Float64, [-1])]);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void In_steady_state_reading_and_writing_allocate_nothing(bool raw)
    {
        var body = Message(raw);
        using var call = Calls.Create(Route);
        for (var i = 0; i < 100; i++)
        {
            ReadAndWrite(call, body);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            ReadAndWrite(call, body);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(200, call.Inputs[0].Values<double>()[199]);
        Assert.Equal(-2, call.Inputs[1].Values<long>()[1]);
        Assert.Equal("summer"u8.ToArray(), call.Inputs[2].Items[199]!.Value.ToArray());
    }

    [Fact]
    public void What_is_written_for_a_call_is_a_message_that_a_client_could_send_and_reads_as_the_same_inputs()
    {
        using var written = Calls.Create(Route);
        new[] { 1.5, -2 }.CopyTo(written.Inputs.Add("x", TensorType.Float64, [2]).Values<double>());
        new[] { long.MinValue, 7L }.CopyTo(written.Inputs.Add("n", TensorType.Int64, [2]).Values<long>());
        var texts = written.Inputs.Add("s", TensorType.Bytes, [2]);
        texts.Items[0] = "summer"u8.ToArray();
        texts.Items[1] = null;

        var bytes = InferRequestWriter.Write(written);

        var message = ModelInferRequest.Parser.ParseFrom(bytes);
        Assert.Equal(("m", 3, 3), (message.ModelName, message.Inputs.Count, message.RawInputContents.Count));
        using var read = Calls.Create(Route);
        read.Body.Append(bytes);
        InferReader.Parse(read, 1000);
        Assert.Equal([1.5, -2], read.Inputs.Find("x")!.Values<double>().ToArray());
        Assert.Equal([long.MinValue, 7], read.Inputs.Find("n")!.Values<long>().ToArray());

        // The raw form has no word for a missing text.
        Assert.Equal(["summer"u8.ToArray(), []], read.Inputs.Find("s")!.Items.ToArray().Select(item => item!.Value.ToArray()));
    }

    [Fact]
    public void A_field_in_pieces_or_not_packed_is_the_same_field()
    {
        // Numbers one by one, and a shape that is not packed: what protobuf lets a client write.
        byte[] contents = [0x39, .. BitConverter.GetBytes(1.5), 0x3A, 8, .. BitConverter.GetBytes(2.5)];
        byte[] input = [0x0A, 1, (byte)'x', 0x12, 4, .. "FP64"u8, 0x18, 2, 0x2A, (byte)contents.Length, .. contents];
        using var call = Calls.Create(Route);
        call.Body.Append([0x2A, (byte)input.Length, .. input]);

        InferReader.Parse(call, 1000);

        Assert.Equal([2L], call.Inputs[0].Shape.ToArray());
        Assert.Equal([1.5, 2.5], call.Inputs[0].Values<double>().ToArray());
    }

    private static void ReadAndWrite(Slipway.Serving.InferenceCall call, byte[] body)
    {
        call.Start(Route, null);
        call.Abandon();
        call.Inputs.Clear();
        call.Outputs.Clear();
        call.Body.Clear(1 << 20);
        call.Answer.Clear(1 << 20);
        call.Body.Append(body);
        var asked = InferReader.Parse(call, 1000);
        call.Choose(Route.Stable, null, randomised: false);
        call.Inputs[0].Raw.CopyTo(call.Outputs.Add("y", TensorType.Float64, [200]).Raw);
        InferAnswerWriter.Write(call, asked);
        InferAnswerWriter.WriteTiming(call, TimeProvider.System);
    }

    private static byte[] Message(bool raw)
    {
        var numbers = Enumerable.Range(1, 200).Select(i => (double)i).ToArray();
        var request = new ModelInferRequest { ModelName = "m", Inputs = { Input("x", "FP64"), Input("n", "INT64"), Input("s", "BYTES") } };
        if (raw)
        {
            request.RawInputContents.Add(ByteString.CopyFrom([.. numbers.SelectMany(BitConverter.GetBytes)]));
            request.RawInputContents.Add(ByteString.CopyFrom([.. numbers.SelectMany(n => BitConverter.GetBytes(-(long)n))]));
            request.RawInputContents.Add(ByteString.CopyFrom([.. numbers.SelectMany(_ => (byte[])[6, 0, 0, 0, .. "summer"u8])]));
        }
        else
        {
            request.Inputs[0].Contents = new InferTensorContents { Fp64Contents = { numbers } };
            request.Inputs[1].Contents = new InferTensorContents { Int64Contents = { numbers.Select(n => -(long)n) } };
            request.Inputs[2].Contents = new InferTensorContents { BytesContents = { numbers.Select(_ => ByteString.CopyFromUtf8("summer")) } };
        }

        return request.ToByteArray();
    }

    private static ModelInferRequest.Types.InferInputTensor Input(string name, string datatype) => new() { Name = name, Datatype = datatype, Shape = { 200 } };
}
