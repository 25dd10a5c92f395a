using System.Globalization;
using System.Text;
using System.Text.Json;
using Slipway.Inference.Tensors;

namespace Slipway.Serve.Tests.Serving.OpenInference.Transports;

/// <summary>REST, with tensors in the JSON or as bytes behind it, each way for itself.</summary>
public sealed class RestTransport(ServingServer server, bool binaryInputs, bool binaryOutputs) : ITransport
{
    public async Task<IReadOnlyList<WireTensor>> InferAsync(string deployment, IReadOnlyList<WireTensor> inputs, CancellationToken cancellationToken)
    {
        var json = $$$"""{"inputs":[{{{string.Join(',', inputs.Select(Write))}}}],"parameters":{"binary_data_output":{{{(binaryOutputs ? "true" : "false")}}} }}""";
        using HttpContent content = binaryInputs
            ? BinaryRequest.Content(json, [.. inputs.SelectMany(Bytes)])
            : new StringContent(json);

        var answer = await BinaryRequest.SendAsync(server, $"/v2/models/{deployment}/infer", content, cancellationToken);

        Assert.True(answer.Status == 200, $"{answer.Status}: {answer.Json.GetRawText()} to {json}");
        var outputs = new List<WireTensor>();
        var at = 0;
        foreach (var output in answer.Json.GetProperty("outputs").EnumerateArray())
        {
            Assert.True(TensorTypes.TryParseWireName(output.GetProperty("datatype").GetString(), out var type));
            long[] shape = [.. output.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64())];
            var name = output.GetProperty("name").GetString()!;
            if (binaryOutputs)
            {
                var size = output.GetProperty("parameters").GetProperty("binary_data_size").GetInt32();
                outputs.Add(ReadBinary(name, type, shape, answer.Binary[at..(at + size)]));
                at += size;
            }
            else
            {
                outputs.Add(ReadJson(name, type, shape, [.. output.GetProperty("data").EnumerateArray()]));
            }
        }

        Assert.Equal(answer.Binary.Length, at);
        return outputs;
    }

    private static byte[] Bytes(WireTensor tensor) => tensor.Type == TensorType.Bytes ? BinaryRequest.Texts(tensor.Texts) : tensor.Raw;

    private static WireTensor ReadBinary(string name, TensorType type, long[] shape, byte[] bytes)
    {
        if (type != TensorType.Bytes)
        {
            return new WireTensor(name, type, shape, bytes, []);
        }

        var texts = new List<byte[]>();
        for (var at = 0; at < bytes.Length;)
        {
            var length = BitConverter.ToInt32(bytes, at);
            texts.Add(bytes[(at + 4)..(at + 4 + length)]);
            at += 4 + length;
        }

        return new WireTensor(name, type, shape, [], [.. texts]);
    }

    private static WireTensor ReadJson(string name, TensorType type, long[] shape, JsonElement[] data) => type == TensorType.Bytes
        ? new WireTensor(name, type, shape, [], [.. data.Select(d => Encoding.UTF8.GetBytes(d.GetString()!))])
        : new WireTensor(name, type, shape, [.. data.SelectMany(d => ReadElement(type, d))], []);

    private static byte[] ReadElement(TensorType type, JsonElement element) => type switch
    {
        TensorType.Bool => [element.GetBoolean() ? (byte)1 : (byte)0],
        TensorType.UInt8 => [element.GetByte()],
        TensorType.Int8 => [(byte)element.GetSByte()],
        TensorType.UInt16 => BitConverter.GetBytes(element.GetUInt16()),
        TensorType.Int16 => BitConverter.GetBytes(element.GetInt16()),
        TensorType.UInt32 => BitConverter.GetBytes(element.GetUInt32()),
        TensorType.Int32 => BitConverter.GetBytes(element.GetInt32()),
        TensorType.UInt64 => BitConverter.GetBytes(element.GetUInt64()),
        TensorType.Int64 => BitConverter.GetBytes(element.GetInt64()),
        TensorType.Float16 => BitConverter.GetBytes(Half.Parse(element.GetRawText(), CultureInfo.InvariantCulture)),
        TensorType.Float32 => BitConverter.GetBytes(element.GetSingle()),
        _ => BitConverter.GetBytes(element.GetDouble()),
    };

    private string Write(WireTensor tensor)
    {
        var head = $"\"name\":\"{tensor.Name}\",\"shape\":[{string.Join(',', tensor.Shape)}],\"datatype\":\"{tensor.Type.WireName()}\"";
        return binaryInputs
            ? $"{{{head},\"parameters\":{{\"binary_data_size\":{Bytes(tensor).Length}}}}}"
            : $"{{{head},\"data\":[{string.Join(',', Elements(tensor))}]}}";
    }

    private static IEnumerable<string> Elements(WireTensor tensor)
    {
        if (tensor.Type == TensorType.Bytes)
        {
            return tensor.Texts.Select(t => JsonSerializer.Serialize(Encoding.UTF8.GetString(t)));
        }

        var size = tensor.Type.Size();
        return Enumerable.Range(0, tensor.Raw.Length / size).Select(i => WriteElement(tensor.Type, tensor.Raw.AsSpan(i * size, size)));
    }

    private static string WriteElement(TensorType type, ReadOnlySpan<byte> bytes) => type switch
    {
        TensorType.Bool => bytes[0] == 1 ? "true" : "false",
        TensorType.UInt8 => Text(bytes[0]),
        TensorType.Int8 => Text((sbyte)bytes[0]),
        TensorType.UInt16 => Text(BitConverter.ToUInt16(bytes)),
        TensorType.Int16 => Text(BitConverter.ToInt16(bytes)),
        TensorType.UInt32 => Text(BitConverter.ToUInt32(bytes)),
        TensorType.Int32 => Text(BitConverter.ToInt32(bytes)),
        TensorType.UInt64 => Text(BitConverter.ToUInt64(bytes)),
        TensorType.Int64 => Text(BitConverter.ToInt64(bytes)),
        TensorType.Float16 => Text(BitConverter.ToHalf(bytes)),
        TensorType.Float32 => Text(BitConverter.ToSingle(bytes)),
        _ => Text(BitConverter.ToDouble(bytes)),
    };

    private static string Text<T>(T value)
        where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);
}
