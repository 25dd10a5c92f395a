using System.Globalization;
using System.Text;
using CsCheck;
using Slipway.Core.Errors;
using Slipway.Inference.Tensors;
using Slipway.Serving;
using Slipway.Serving.OpenInference;
using Slipway.Serving.Routing;

namespace Slipway.Serve.Tests.Serving.OpenInference;

/// <summary>Requests of which a part is bytes, from a generator: what is right comes out as it was, and whatever else comes is refused with a sentence.</summary>
public sealed class BinaryFuzzTests
{
    private static readonly ServedDeployment Route = Calls.Route(
        [new TensorSpec("x", TensorType.Float64, [-1]), new TensorSpec("season", TensorType.Bytes, [-1]), new TensorSpec("open", TensorType.Bool, [-1])],
        [new TensorSpec("y", TensorType.Float64, [-1])]);

    // Numbers, texts and truth values of as many rows.
    private static readonly Gen<(double[] Numbers, byte[][] Texts, bool[] Truths)> Rows =
        from count in Gen.Int[0, 6]
        from numbers in Gen.Double.Array[count]
        from texts in Gen.Byte.Array[0, 9].Array[count]
        from truths in Gen.Bool.Array[count]
        select (numbers, texts, truths);

    [Fact]
    public void Any_rows_come_out_as_they_were_written() => Rows.Sample(
        rows =>
        {
            var (json, binary) = Write(rows);
            using var call = Parse(json, binary);
            Assert.Equal(rows.Numbers, call.Inputs.Find("x")!.Values<double>().ToArray());
            Assert.Equal(rows.Texts, call.Inputs.Find("season")!.Items.ToArray().Select(item => item!.Value.ToArray()));
            Assert.Equal(rows.Truths, call.Inputs.Find("open")!.Values<byte>().ToArray().Select(value => value != 0));
        },
        iter: 5000);

    [Fact]
    public void Mutated_requests_are_read_or_refused_with_a_sentence()
    {
        int read = 0, refused = 0;
        Gen.Select(Rows, Gen.Select(Gen.Int, Gen.Int[0, 6], Gen.Byte).Array[1, 5]).Sample(
            (rows, mutations) =>
            {
                var (json, binary) = Write(rows);
                var (head, tail) = (Encoding.UTF8.GetBytes(json).ToList(), binary.ToList());
                foreach (var (where, kind, value) in mutations)
                {
                    // What is sizes, shapes and names stands in the JSON, and what they are about behind it.
                    Mutate(value % 3 == 0 ? head : tail, where, kind, value);
                }

                try
                {
                    using var call = Parse([.. head], [.. tail]);
                    Interlocked.Increment(ref read);
                }
                catch (SlipwayException e)
                {
                    Assert.EndsWith(".", e.Message, StringComparison.Ordinal);
                    Interlocked.Increment(ref refused);
                }
            },
            iter: 50_000);

        Assert.True(read > 0 && refused > 0, $"{read} were read and {refused} refused: nothing was learned.");
    }

    private static (string Json, byte[] Binary) Write((double[] Numbers, byte[][] Texts, bool[] Truths) rows)
    {
        byte[][] tensors = [[.. rows.Numbers.SelectMany(BitConverter.GetBytes)], BinaryRequest.Texts(rows.Texts), [.. rows.Truths.Select(truth => truth ? (byte)1 : (byte)0)]];
        (string Name, string Type)[] inputs = [("x", "FP64"), ("season", "BYTES"), ("open", "BOOL")];
        var told = inputs.Select((input, i) => string.Create(
            CultureInfo.InvariantCulture,
            $$$"""{"name":"{{{input.Name}}}","datatype":"{{{input.Type}}}","shape":[{{{rows.Numbers.Length}}}],"parameters":{"binary_data_size":{{{tensors[i].Length}}}}}"""));
        return ($$"""{"inputs":[{{string.Join(',', told)}}]}""", [.. tensors.SelectMany(t => t)]);
    }

    private static InferenceCall Parse(string json, byte[] binary) => Parse(Encoding.UTF8.GetBytes(json), binary);

    private static InferenceCall Parse(byte[] json, byte[] binary)
    {
        var call = Calls.Create(Route);
        call.Body.Append(json);
        call.Body.Append(binary);
        InferRequestParser.Parse(call, 1_000_000, json.Length);
        return call;
    }

    private static void Mutate(List<byte> bytes, int where, int kind, byte value)
    {
        var at = (int)((uint)where % (bytes.Count + 1));
        switch (kind)
        {
            case 0 when at < bytes.Count:
                bytes[at] = value;
                break;
            case 1 when at < bytes.Count:
                // A digit stays one: a size or a length that lies a little.
                bytes[at] ^= (byte)(1 + (value % 7));
                break;
            case 2:
                bytes.Insert(at, value);
                break;
            case 3 when at < bytes.Count:
                bytes.RemoveAt(at);
                break;
            case 4:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 5:
                bytes.InsertRange(at, bytes.GetRange(at, Math.Min(value % 32, bytes.Count - at)));
                break;
            default:
                bytes.InsertRange(at, Enumerable.Repeat((byte)0xFF, value % 8));
                break;
        }
    }
}
