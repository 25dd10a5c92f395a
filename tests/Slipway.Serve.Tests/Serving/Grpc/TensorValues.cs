using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Google.Protobuf;
using Slipway.Serving.Grpc.Protos;

namespace Slipway.Serve.Tests.Serving.Grpc;

/// <summary>A value for every input of the model <c>types</c>, each of shape [rows, 2]; and the forms that they travel in.</summary>
internal sealed class TensorValues(int rows, IReadOnlyDictionary<string, Array> values)
{
    private static readonly Dictionary<string, string> Datatypes = new()
    {
        ["bool"] = "BOOL",
        ["uint8"] = "UINT8",
        ["uint16"] = "UINT16",
        ["uint32"] = "UINT32",
        ["uint64"] = "UINT64",
        ["int8"] = "INT8",
        ["int16"] = "INT16",
        ["int32"] = "INT32",
        ["int64"] = "INT64",
        ["fp16"] = "FP16",
        ["fp32"] = "FP32",
        ["fp64"] = "FP64",
        ["text"] = "BYTES",
    };

    public static TensorValues Zeros(int rows) => new(rows, new Dictionary<string, Array>
    {
        ["bool"] = new bool[rows * 2],
        ["uint8"] = new byte[rows * 2],
        ["uint16"] = new ushort[rows * 2],
        ["uint32"] = new uint[rows * 2],
        ["uint64"] = new ulong[rows * 2],
        ["int8"] = new sbyte[rows * 2],
        ["int16"] = new short[rows * 2],
        ["int32"] = new int[rows * 2],
        ["int64"] = new long[rows * 2],
        ["fp16"] = new Half[rows * 2],
        ["fp32"] = new float[rows * 2],
        ["fp64"] = new double[rows * 2],
        ["text"] = Enumerable.Repeat("", rows * 2).Select(System.Text.Encoding.UTF8.GetBytes).ToArray(),
    });

    /// <summary>A request with all of it. FP16 has no typed contents; there it travels as FP32, which holds every value of it.</summary>
    public ModelInferRequest Request(bool typed)
    {
        var request = new ModelInferRequest { ModelName = "types" };
        foreach (var (name, array) in values)
        {
            var input = new ModelInferRequest.Types.InferInputTensor { Name = name, Datatype = typed && name == "fp16" ? "FP32" : Datatypes[name], Shape = { rows, 2 } };
            request.Inputs.Add(input);
            if (typed)
            {
                input.Contents = Typed(array);
            }
            else
            {
                request.RawInputContents.Add(Raw(array));
            }
        }

        return request;
    }

    /// <summary>The same as JSON.</summary>
    public string Json() => JsonSerializer.Serialize(new
    {
        inputs = values.Select(v => new { name = v.Key, shape = new[] { rows, 2 }, datatype = Datatypes[v.Key], data = v.Value.Cast<object>().Select(JsonValue) }),
    });

    /// <summary>Every value as text, by output, as the model must give it back.</summary>
    public Dictionary<string, string[]> Expected() => values.ToDictionary(v => $"{v.Key}_out", v => v.Value.Cast<object>().Select(Text).ToArray());

    public static Dictionary<string, string[]> Read(ModelInferResponse answer) => answer.Outputs.Select((output, i) => (output, i)).ToDictionary(
        o => o.output.Name, o => (o.output.Contents is null ? FromRaw(o.output.Datatype, answer.RawOutputContents[o.i].Span) : FromTyped(o.output)).Cast<object>().Select(Text).ToArray());

    public static Dictionary<string, string[]> Read(JsonElement answer) => answer.GetProperty("outputs").EnumerateArray().ToDictionary(
        o => o.GetProperty("name").GetString()!, o => o.GetProperty("data").EnumerateArray().Select(e => FromJson(o.GetProperty("datatype").GetString()!, e)).ToArray());

    // By the exact type: to .NET an array of sbyte is one of byte too.
    private static InferTensorContents Typed(Array array) => Type.GetTypeCode(array.GetType().GetElementType()) switch
    {
        TypeCode.Boolean => new InferTensorContents { BoolContents = { (bool[])array } },
        TypeCode.SByte or TypeCode.Int16 or TypeCode.Int32 => new InferTensorContents { IntContents = { array.Cast<object>().Select(v => Convert.ToInt32(v, CultureInfo.InvariantCulture)) } },
        TypeCode.Int64 => new InferTensorContents { Int64Contents = { (long[])array } },
        TypeCode.Byte or TypeCode.UInt16 or TypeCode.UInt32 => new InferTensorContents { UintContents = { array.Cast<object>().Select(v => Convert.ToUInt32(v, CultureInfo.InvariantCulture)) } },
        TypeCode.UInt64 => new InferTensorContents { Uint64Contents = { (ulong[])array } },
        TypeCode.Single => new InferTensorContents { Fp32Contents = { (float[])array } },
        TypeCode.Double => new InferTensorContents { Fp64Contents = { (double[])array } },
        _ when array is Half[] halves => new InferTensorContents { Fp32Contents = { halves.Select(v => (float)v) } },
        _ => new InferTensorContents { BytesContents = { ((byte[][])array).Select(v => ByteString.CopyFrom(v)) } },
    };

    private static ByteString Raw(Array array) => array switch
    {
        byte[][] texts => ByteString.CopyFrom([.. texts.SelectMany(text => BitConverter.GetBytes(text.Length).Concat(text))]),
        Half[] halves => ByteString.CopyFrom(MemoryMarshal.AsBytes(halves.AsSpan())),
        _ => ByteString.CopyFrom(MemoryMarshal.CreateSpan(ref MemoryMarshal.GetArrayDataReference(array), Buffer.ByteLength(array))),
    };

    private static Array FromRaw(string datatype, ReadOnlySpan<byte> raw) => datatype switch
    {
        "BOOL" => MemoryMarshal.Cast<byte, bool>(raw).ToArray(),
        "UINT8" => raw.ToArray(),
        "UINT16" => MemoryMarshal.Cast<byte, ushort>(raw).ToArray(),
        "UINT32" => MemoryMarshal.Cast<byte, uint>(raw).ToArray(),
        "UINT64" => MemoryMarshal.Cast<byte, ulong>(raw).ToArray(),
        "INT8" => MemoryMarshal.Cast<byte, sbyte>(raw).ToArray(),
        "INT16" => MemoryMarshal.Cast<byte, short>(raw).ToArray(),
        "INT32" => MemoryMarshal.Cast<byte, int>(raw).ToArray(),
        "INT64" => MemoryMarshal.Cast<byte, long>(raw).ToArray(),
        "FP16" => MemoryMarshal.Cast<byte, Half>(raw).ToArray(),
        "FP32" => MemoryMarshal.Cast<byte, float>(raw).ToArray(),
        "FP64" => MemoryMarshal.Cast<byte, double>(raw).ToArray(),
        _ => Items(raw),
    };

    private static byte[][] Items(ReadOnlySpan<byte> raw)
    {
        var items = new List<byte[]>();
        for (; raw.Length > 0; raw = raw[(4 + items[^1].Length)..])
        {
            items.Add(raw.Slice(4, BitConverter.ToInt32(raw)).ToArray());
        }

        return [.. items];
    }

    private static Array FromTyped(ModelInferResponse.Types.InferOutputTensor output) => output.Datatype switch
    {
        "BOOL" => output.Contents.BoolContents.ToArray(),
        "UINT8" => output.Contents.UintContents.Select(v => (byte)v).ToArray(),
        "UINT16" => output.Contents.UintContents.Select(v => (ushort)v).ToArray(),
        "UINT32" => output.Contents.UintContents.ToArray(),
        "UINT64" => output.Contents.Uint64Contents.ToArray(),
        "INT8" => output.Contents.IntContents.Select(v => (sbyte)v).ToArray(),
        "INT16" => output.Contents.IntContents.Select(v => (short)v).ToArray(),
        "INT32" => output.Contents.IntContents.ToArray(),
        "INT64" => output.Contents.Int64Contents.ToArray(),
        "FP32" => output.Contents.Fp32Contents.ToArray(),
        "FP64" => output.Contents.Fp64Contents.ToArray(),
        _ => output.Contents.BytesContents.Select(v => v.ToByteArray()).ToArray(),
    };

    private static object JsonValue(object value) => value switch
    {
        Half half => (float)half,
        byte[] text => System.Text.Encoding.UTF8.GetString(text),
        _ => value,
    };

    private static string FromJson(string datatype, JsonElement value) => datatype switch
    {
        "BOOL" => Text(value.GetBoolean()),
        "UINT64" => Text(value.GetUInt64()),
        "FP16" => Text(Half.Parse(value.GetRawText(), CultureInfo.InvariantCulture)),
        "FP32" => Text(value.GetSingle()),
        "FP64" => Text(value.GetDouble()),
        "BYTES" => Text(System.Text.Encoding.UTF8.GetBytes(value.GetString()!)),
        _ => Text(value.GetInt64()),
    };

    // Floats by their bits: −0 is not 0, and one NaN is not another.
    private static string Text(object value) => value switch
    {
        Half half => $"{BitConverter.HalfToUInt16Bits(half):x4}",
        float single => $"{BitConverter.SingleToUInt32Bits(single):x8}",
        double number => $"{BitConverter.DoubleToUInt64Bits(number):x16}",
        byte[] bytes => Convert.ToHexString(bytes),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
