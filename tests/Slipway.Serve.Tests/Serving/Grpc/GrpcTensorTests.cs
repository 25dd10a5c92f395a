using System.Net;
using System.Text;
using CsCheck;
using Slipway.Serving.Grpc.Protos;

namespace Slipway.Serve.Tests.Serving.Grpc;

public sealed class GrpcTensorTests(GrpcFixture fixture) : IClassFixture<GrpcFixture>
{
    // A few seconds of requests in three forms; every type's limits come up in each of them.
    private const int Iterations = 150;

    private static readonly Gen<double> Doubles = Gen.OneOf(Gen.ULong.Select(BitConverter.UInt64BitsToDouble).Where(double.IsFinite), Pick(0.0, -0.0, double.MaxValue, double.Epsilon));

    private static readonly Gen<float> Singles = Gen.OneOf(Gen.UInt.Select(BitConverter.UInt32BitsToSingle).Where(float.IsFinite), Pick(0f, -0f, float.MaxValue, float.Epsilon));

    private static readonly Gen<Half> Halves = Gen.UShort.Select(BitConverter.UInt16BitsToHalf).Where(Half.IsFinite);

    private static readonly Gen<byte[]> Texts = Gen.String[Gen.OneOf(Gen.Char.AlphaNumeric, Pick("\"\\\n\0é日 /".ToCharArray())), 0, 12].Select(Encoding.UTF8.GetBytes);

    private static readonly Gen<TensorValues> Tensors = Gen.Int[1, 5].SelectMany(rows => Gen.Select(
        Gen.Select(Gen.Bool.Array[rows * 2], Gen.Byte.Array[rows * 2], Gen.UShort.Array[rows * 2], Gen.UInt.Array[rows * 2], Extreme(Gen.ULong, ulong.MinValue, ulong.MaxValue).Array[rows * 2]),
        Gen.Select(Gen.SByte.Array[rows * 2], Gen.Short.Array[rows * 2], Extreme(Gen.Int, int.MinValue, int.MaxValue).Array[rows * 2], Extreme(Gen.Long, long.MinValue, long.MaxValue).Array[rows * 2]),
        Gen.Select(Halves.Array[rows * 2], Singles.Array[rows * 2], Doubles.Array[rows * 2], Texts.Array[rows * 2]),
        (unsigned, signed, others) => new TensorValues(rows, new Dictionary<string, Array>
        {
            ["bool"] = unsigned.Item1,
            ["uint8"] = unsigned.Item2,
            ["uint16"] = unsigned.Item3,
            ["uint32"] = unsigned.Item4,
            ["uint64"] = unsigned.Item5,
            ["int8"] = signed.Item1,
            ["int16"] = signed.Item2,
            ["int32"] = signed.Item3,
            ["int64"] = signed.Item4,
            ["fp16"] = others.Item1,
            ["fp32"] = others.Item2,
            ["fp64"] = others.Item3,
            ["text"] = others.Item4,
        })));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task Any_tensor_has_the_same_answer_raw_typed_and_as_JSON() => Tensors.SampleAsync(
        async tensors =>
        {
            var expected = tensors.Expected();

            var raw = await fixture.Client.ModelInferAsync(tensors.Request(typed: false), cancellationToken: Cancel);
            var typed = await fixture.Client.ModelInferAsync(tensors.Request(typed: true), cancellationToken: Cancel);
            var json = await fixture.Server.PostAsync("/v2/models/types/infer", tensors.Json(), Cancel);
            var allTyped = tensors.Request(typed: true);
            allTyped.Parameters["binary_data_output"] = new InferParameter { BoolParam = false };
            allTyped.Outputs.Add(expected.Keys.Where(name => name != "fp16_out").Select(name => new ModelInferRequest.Types.InferRequestedOutputTensor { Name = name }));
            var typedBack = await fixture.Client.ModelInferAsync(allTyped, cancellationToken: Cancel);

            Assert.Equal(expected, TensorValues.Read(raw));
            Assert.Equal(expected, TensorValues.Read(typed));
            Assert.Equal(HttpStatusCode.OK, json.Status);
            Assert.Equal(expected, TensorValues.Read(json.Json));
            expected.Remove("fp16_out");
            Assert.Equal(expected, TensorValues.Read(typedBack));
        },
        iter: Iterations,
        threads: 1);

    [Fact]
    public async Task Raw_contents_carry_what_JSON_cannot()
    {
        var tensors = new TensorValues(1, new Dictionary<string, Array>
        {
            ["bool"] = (bool[])[true, false],
            ["uint8"] = (byte[])[0, 255],
            ["uint16"] = (ushort[])[0, 65535],
            ["uint32"] = (uint[])[0u, uint.MaxValue],
            ["uint64"] = (ulong[])[0ul, ulong.MaxValue],
            ["int8"] = (sbyte[])[-128, 127],
            ["int16"] = (short[])[short.MinValue, short.MaxValue],
            ["int32"] = (int[])[int.MinValue, int.MaxValue],
            ["int64"] = (long[])[long.MinValue, long.MaxValue],
            ["fp16"] = (Half[])[Half.NaN, Half.NegativeInfinity],
            ["fp32"] = (float[])[float.NaN, float.PositiveInfinity],
            ["fp64"] = (double[])[double.NegativeZero, double.NaN],
            ["text"] = (byte[][])["a\0b"u8.ToArray(), []],
        });

        var answer = await fixture.Client.ModelInferAsync(tensors.Request(typed: false), cancellationToken: Cancel);

        Assert.Equal(tensors.Expected(), TensorValues.Read(answer));
        Assert.All(answer.Outputs, output => Assert.Equal([1L, 2L], output.Shape));
    }

    [Fact]
    public async Task An_output_of_FP16_cannot_come_typed()
    {
        var request = TensorValues.Zeros(1).Request(typed: true);
        request.Parameters["binary_data_output"] = new InferParameter { BoolParam = false };

        var status = await GrpcRequests.FailsAsync(fixture.Client.ModelInferAsync(request, cancellationToken: Cancel));

        Assert.Equal(global::Grpc.Core.StatusCode.InvalidArgument, status.StatusCode);
        Assert.Contains("Output 'fp16_out' of types is FP16", status.Detail, StringComparison.Ordinal);
    }

    private static Gen<T> Pick<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static Gen<T> Extreme<T>(Gen<T> gen, T least, T most) => Gen.Frequency((4, gen), (1, Pick(least, most)));
}
