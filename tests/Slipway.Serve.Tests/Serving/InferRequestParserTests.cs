using System.Globalization;
using System.Text;
using System.Text.Json;
using CsCheck;
using Slipway.Core.Errors;
using Slipway.Inference.Tensors;
using Slipway.Serving;
using Slipway.Serving.OpenInference;
using Slipway.Serving.Routing;

namespace Slipway.Serve.Tests.Serving;

public sealed class InferRequestParserTests
{
    private static readonly ServedDeployment Route = Calls.Route(
        [new TensorSpec("x", TensorType.Float64, [-1]), new TensorSpec("temp", TensorType.Float64, [-1]), new TensorSpec("season", TensorType.Bytes, [-1])],
        [new TensorSpec("y", TensorType.Float64, [-1])]);

    private static readonly Gen<TensorType> Types = Gen.Enum<TensorType>();

    private static readonly Gen<string> Texts = Gen.OneOf(Gen.String[Gen.Char.AlphaNumeric, 0, 8], Gen.String[Pick("\"\\\né日 /".ToCharArray()), 0, 8]);

    // A shape with its type, and for each element a random number to make a value of.
    private static readonly Gen<(TensorType Type, long[] Shape, ulong[] Seeds, string[] Texts, bool Nested, bool DataFirst)> Tensors =
        from type in Types
        from shape in Gen.Long[0, 4].Array[0, 4]
        from seeds in Gen.ULong.Array[(int)shape.Aggregate(1L, (a, b) => a * b)]
        from texts in Texts.Array[seeds.Length]
        from nested in Gen.Bool
        from dataFirst in Gen.Bool
        select (type, shape, seeds, texts, nested, dataFirst);

    [Fact]
    public void Any_tensor_comes_out_as_it_was_written() => Tensors.Sample(
        t =>
        {
            var elements = t.Seeds.Zip(t.Texts, (seed, text) => Element(t.Type, seed, text)).ToArray();
            var data = t.Nested && t.Shape.Length > 0 ? Nest(elements, t.Shape) : $"[{string.Join(" ,\n", elements)}]";
            var head = $"\"name\":\"x\",\"shape\":[{string.Join(',', t.Shape)}],\"datatype\":\"{t.Type.WireName()}\"";
            var json = t.DataFirst ? $"{{\"data\":{data},{head}}}" : $"{{{head},\"data\":{data}}}";
            using var call = Parse($"{{\"inputs\":[{json}]}}");
            var tensor = call.Inputs[0];
            Assert.Equal(t.Shape, tensor.Shape.ToArray());
            Assert.Equal(elements, Written(tensor));
        },
        iter: 20_000);

    [Fact]
    public void Mutated_requests_are_read_or_refused_with_a_sentence() => Gen.Select(Gen.Int[0, Seeds.Length - 1], Gen.Select(Gen.Int, Gen.Int[0, 5], Gen.Byte).Array[1, 6]).Sample(
        (seed, mutations) =>
        {
            var bytes = Encoding.UTF8.GetBytes(Seeds[seed]).ToList();
            foreach (var (where, kind, value) in mutations)
            {
                Mutate(bytes, where, kind, value);
            }

            try
            {
                using var call = Parse([.. bytes]);
            }
            catch (SlipwayException e)
            {
                Assert.EndsWith(".", e.Message, StringComparison.Ordinal);
            }
        },
        iter: 50_000);

    [Fact]
    public void What_is_accepted_is_JSON() => Gen.Select(Gen.Int[0, Seeds.Length - 1], Gen.Select(Gen.Int, Gen.Int[0, 5], Pick("[]{},:\"0.e-+ntf\\ "u8.ToArray())).Array[1, 3]).Sample(
        (seed, mutations) =>
        {
            var bytes = Encoding.UTF8.GetBytes(Seeds[seed]).ToList();
            foreach (var (where, kind, value) in mutations)
            {
                Mutate(bytes, where, kind, value);
            }

            try
            {
                using var call = Parse([.. bytes]);
            }
            catch (SlipwayException)
            {
                return;
            }

            using var document = JsonDocument.Parse(bytes.ToArray());
        },
        iter: 50_000);

    [Fact]
    public void In_steady_state_reading_allocates_nothing()
    {
        var body = Encoding.UTF8.GetBytes(
            $"{{\"inputs\":[{{\"name\":\"x\",\"shape\":[32,30],\"datatype\":\"FP64\",\"data\":[{string.Join(',', Enumerable.Range(0, 960).Select(i => (i * 0.37).ToString(CultureInfo.InvariantCulture)))}]}}]}}");
        using var call = Calls.Create(Route);
        void Read()
        {
            call.Start(Route, null);
            call.Body.Append(body);
            InferRequestParser.Parse(call, int.MaxValue);
            call.Abandon();
            call.Inputs.Clear();
            call.Body.Clear(1 << 20);
        }

        for (var i = 0; i < 10; i++)
        {
            Read();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            Read();
        }

        Assert.True((GC.GetAllocatedBytesForCurrentThread() - before) / 100 < 64, $"{(GC.GetAllocatedBytesForCurrentThread() - before) / 100} bytes a request.");
    }

    private static readonly string[] Seeds =
    [
        Requests.Summer,
        Requests.With("\"id\":\"a\\u00e9\\n\",\"parameters\":{\"event_time\":[\"2012-05-03\"],\"sticky_key\":7,\"segment.a\":\"b\"},\"outputs\":[{\"name\":\"y\"}]"),
        "{\"inputs\":[{\"data\":[[1,2.5e3],[-0.125,null]],\"name\":\"x\",\"shape\":[2,2],\"datatype\":\"FP32\"}],\"more\":{\"a\":[1,{}]}}",
        "{\"inputs\":[{\"name\":\"x\",\"shape\":[3],\"datatype\":\"BOOL\",\"data\":[true,false,true]},{\"name\":\"y\",\"shape\":[2],\"datatype\":\"UINT64\",\"data\":[0,18446744073709551615]}]}",
        "{\"inputs\":[{\"name\":\"x\",\"shape\":[2,0],\"datatype\":\"INT8\",\"data\":[[],[]]}]}",
    ];

    private static Gen<T> Pick<T>(T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static InferenceCall Parse(string json) => Parse(Encoding.UTF8.GetBytes(json));

    private static InferenceCall Parse(byte[] json)
    {
        var call = Calls.Create(Route);
        call.Body.Append(json);
        InferRequestParser.Parse(call, 1_000_000);
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
            case 1:
                bytes.Insert(at, value);
                break;
            case 2 when at < bytes.Count:
                bytes.RemoveAt(at);
                break;
            case 3:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 4:
                var length = Math.Min(value % 32, bytes.Count - at);
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            default:
                bytes.InsertRange(at, Enumerable.Repeat((byte)"[{\"9"[value % 4], value));
                break;
        }
    }

    private static string Element(TensorType type, ulong seed, string text) => type switch
    {
        TensorType.Bool => seed % 2 == 0 ? "true" : "false",
        TensorType.UInt8 => ((byte)seed).ToString(CultureInfo.InvariantCulture),
        TensorType.UInt16 => ((ushort)seed).ToString(CultureInfo.InvariantCulture),
        TensorType.UInt32 => ((uint)seed).ToString(CultureInfo.InvariantCulture),
        TensorType.UInt64 => seed.ToString(CultureInfo.InvariantCulture),
        TensorType.Int8 => ((sbyte)seed).ToString(CultureInfo.InvariantCulture),
        TensorType.Int16 => ((short)seed).ToString(CultureInfo.InvariantCulture),
        TensorType.Int32 => ((int)seed).ToString(CultureInfo.InvariantCulture),
        TensorType.Int64 => ((long)seed).ToString(CultureInfo.InvariantCulture),
        TensorType.Float16 => Finite(BitConverter.UInt16BitsToHalf((ushort)seed), Half.IsFinite),
        TensorType.Float32 => Finite(BitConverter.UInt32BitsToSingle((uint)seed), float.IsFinite),
        TensorType.Float64 => Finite(BitConverter.UInt64BitsToDouble(seed), double.IsFinite),
        _ => seed % 5 == 0 ? "null" : JsonSerializer.Serialize(text),
    };

    private static string Finite<T>(T value, Func<T, bool> isFinite)
        where T : IFormattable => isFinite(value) ? value.ToString(null, CultureInfo.InvariantCulture) : "null";

    private static string Nest(string[] elements, ReadOnlySpan<long> shape)
    {
        if (shape.Length == 1)
        {
            return $"[{string.Join(',', elements)}]";
        }

        var rows = (int)shape[0];
        var length = rows == 0 ? 0 : elements.Length / rows;
        var parts = new List<string>();
        for (var i = 0; i < rows; i++)
        {
            parts.Add(Nest(elements[(i * length)..((i + 1) * length)], shape[1..]));
        }

        return $"[ {string.Join(", ", parts)} ]";
    }

    private static IEnumerable<string> Written(Tensor tensor) => tensor.Type switch
    {
        TensorType.Bool => tensor.Values<byte>().ToArray().Select(v => v == 1 ? "true" : "false"),
        TensorType.UInt8 => Show<byte>(tensor),
        TensorType.UInt16 => Show<ushort>(tensor),
        TensorType.UInt32 => Show<uint>(tensor),
        TensorType.UInt64 => Show<ulong>(tensor),
        TensorType.Int8 => Show<sbyte>(tensor),
        TensorType.Int16 => Show<short>(tensor),
        TensorType.Int32 => Show<int>(tensor),
        TensorType.Int64 => Show<long>(tensor),
        TensorType.Float16 => tensor.Values<Half>().ToArray().Select(v => Finite(v, Half.IsFinite)),
        TensorType.Float32 => tensor.Values<float>().ToArray().Select(v => Finite(v, float.IsFinite)),
        TensorType.Float64 => tensor.Values<double>().ToArray().Select(v => Finite(v, double.IsFinite)),
        _ => tensor.Items.ToArray().Select(v => v is { } text ? JsonSerializer.Serialize(Encoding.UTF8.GetString(text.Span)) : "null"),
    };

    private static IEnumerable<string> Show<T>(Tensor tensor)
        where T : unmanaged, IFormattable => tensor.Values<T>().ToArray().Select(v => v.ToString(null, CultureInfo.InvariantCulture));
}
