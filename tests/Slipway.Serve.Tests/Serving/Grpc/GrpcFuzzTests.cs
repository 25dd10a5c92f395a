using Google.Protobuf;
using Grpc.Core;
using Slipway.Serving.Grpc.Protos;

namespace Slipway.Serve.Tests.Serving.Grpc;

/// <summary>Messages from a seeded generator: whatever comes, the answer is right, or the caller's mistake.</summary>
public sealed class GrpcFuzzTests(GrpcFixture fixture) : IClassFixture<GrpcFixture>
{
    private const int Messages = 3000;

    private static readonly StatusCode[] Sensible =
        [StatusCode.OK, StatusCode.InvalidArgument, StatusCode.NotFound, StatusCode.ResourceExhausted, StatusCode.Unimplemented];

    private static readonly string[] Words = ["", "temp", "season", "prediction", "bikes", "types", "summer", "fp32", "id", "timing", "event_time", "segment.a", "1", "é", "classification"];

    private static readonly string[] Datatypes = ["FP64", "BYTES", "FP32", "FP16", "INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64", "BOOL", "", "fp64"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Mutated_messages_are_answered_or_refused(int seed)
    {
        var random = new Random(seed);
        byte[][] valid = [GrpcRequests.Summer().ToByteArray(), GrpcRequests.RawSummer().ToByteArray(), TensorValues.Zeros(2).Request(typed: seed == 1).ToByteArray()];
        await SendAllAsync(() =>
        {
            var bytes = valid[random.Next(valid.Length)].ToList();
            for (var i = random.Next(1, 6); i > 0 && bytes.Count > 0; i--)
            {
                var at = random.Next(bytes.Count);
                switch (random.Next(4))
                {
                    case 0:
                        bytes[at] = (byte)random.Next(256);
                        break;
                    case 1:
                        bytes.Insert(at, (byte)random.Next(256));
                        break;
                    case 2:
                        bytes.RemoveRange(at, Math.Min(random.Next(1, 9), bytes.Count - at));
                        break;
                    default:
                        bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 40), bytes.Count - at)));
                        break;
                }
            }

            return [.. bytes];
        });
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Messages_with_any_fields_are_answered_or_refused(int seed)
    {
        var random = new Random(seed);
        await SendAllAsync(() => Request(random).ToByteArray());
    }

    private async Task SendAllAsync(Func<byte[]> next)
    {
        var seen = new HashSet<StatusCode>();
        for (var sent = 0; sent < Messages; sent += 50)
        {
            var batch = Enumerable.Range(0, 50).Select(_ => next()).ToArray();
            var codes = await Task.WhenAll(batch.Select(SendAsync));
            for (var i = 0; i < codes.Length; i++)
            {
                Assert.True(Sensible.Contains(codes[i]), $"{codes[i]} for {Convert.ToHexString(batch[i])}");
            }

            seen.UnionWith(codes);
        }

        // A generator of which nothing is right, or everything, tests nothing.
        Assert.Contains(StatusCode.InvalidArgument, seen);
        Assert.Contains(StatusCode.OK, seen);
        Assert.Equal(ServingServer.Second, (await fixture.Client.ModelInferAsync(GrpcRequests.Summer(), cancellationToken: Cancel)).Prediction(), 1e-12);
    }

    private async Task<StatusCode> SendAsync(byte[] message)
    {
        try
        {
            var answer = await RawCalls.UnaryAsync(fixture.Channel, "ModelInfer", message, Cancel);
            Assert.NotEmpty(ModelInferResponse.Parser.ParseFrom(answer).Outputs);
            return StatusCode.OK;
        }
        catch (RpcException e)
        {
            return e.StatusCode;
        }
    }

    private static ModelInferRequest Request(Random random)
    {
        var request = random.Next(2) == 0 ? GrpcRequests.Summer() : GrpcRequests.RawSummer();
        for (var i = random.Next(4); i > 0; i--)
        {
            var input = request.Inputs.Count == 0 ? new ModelInferRequest.Types.InferInputTensor() : request.Inputs[random.Next(request.Inputs.Count)];
            switch (random.Next(12))
            {
                case 0: input.Name = Word(random); break;
                case 1: input.Datatype = Datatypes[random.Next(Datatypes.Length)]; break;
                case 2: input.Shape.Add(random.Next(3) == 0 ? random.NextInt64() : random.Next(-1, 4)); break;
                case 3: input.Shape.Clear(); break;
                case 4: input.Contents = Contents(random); break;
                case 5: request.Inputs.Add(input.Clone()); break;
                case 6: request.Inputs.Remove(input); break;
                case 7: request.RawInputContents.Add(Bytes(random)); break;
                case 8 when request.RawInputContents.Count > 0: request.RawInputContents[random.Next(request.RawInputContents.Count)] = Bytes(random); break;
                case 9: request.Parameters[Word(random)] = Parameter(random); break;
                case 10: request.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor { Name = Word(random), Parameters = { [Word(random)] = Parameter(random) } }); break;
                default: (request.Id, request.ModelVersion) = (Word(random), random.Next(3) == 0 ? Word(random) : ""); break;
            }
        }

        return request;
    }

    private static string Word(Random random) => random.Next(20) == 0 ? new string('w', random.Next(2000)) : Words[random.Next(Words.Length)];

    private static ByteString Bytes(Random random)
    {
        var bytes = new byte[random.Next(4) == 0 ? 8 : random.Next(24)];
        random.NextBytes(bytes);
        return ByteString.CopyFrom(bytes);
    }

    private static InferParameter Parameter(Random random) => random.Next(6) switch
    {
        0 => new InferParameter { BoolParam = random.Next(2) == 0 },
        1 => new InferParameter { Int64Param = random.NextInt64() },
        2 => new InferParameter { StringParam = Word(random) },
        3 => new InferParameter { DoubleParam = random.NextDouble() },
        4 => new InferParameter { Uint64Param = (ulong)random.NextInt64() },
        _ => new InferParameter(),
    };

    private static InferTensorContents Contents(Random random)
    {
        var contents = new InferTensorContents();
        for (var i = random.Next(3); i > 0; i--)
        {
            switch (random.Next(8))
            {
                case 0: contents.BoolContents.Add(random.Next(2) == 0); break;
                case 1: contents.IntContents.Add(random.Next(int.MinValue, int.MaxValue)); break;
                case 2: contents.Int64Contents.Add(random.NextInt64()); break;
                case 3: contents.UintContents.Add((uint)random.Next()); break;
                case 4: contents.Uint64Contents.Add((ulong)random.NextInt64()); break;
                case 5: contents.Fp32Contents.Add(random.NextSingle()); break;
                case 6: contents.Fp64Contents.Add(random.NextDouble()); break;
                default: contents.BytesContents.Add(Bytes(random)); break;
            }
        }

        return contents;
    }
}
