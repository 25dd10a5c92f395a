using System.Buffers;
using System.Text.Json;
using Slipway.Core.Errors;
using Slipway.Core.Files;
using Slipway.Inference;
using Slipway.Inference.Tensors;

namespace Slipway.Serving.Warming;

/// <summary>
/// A request to warm a model up with: the example that lies beside it, as MLflow stores one (<c>input_example.json</c>, <c>serving_input_example.json</c>) or as a request of the Open Inference Protocol;
/// else a row of zeros and empty texts.
/// </summary>
internal static class InputExample
{
    /// <summary>The files that may hold one, the better one first: MLflow's second form says more.</summary>
    public static readonly string[] FileNames = ["serving_input_example.json", "input_example.json"];

    // An example is a few rows. Beyond this it is not read, rather than held in memory several times.
    private const int MaxBytes = 16 << 20;

    /// <summary>The example in a model's folder as a request, or null when there is none.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/>: there is one that cannot be understood.</exception>
    public static byte[]? Find(string folder, ModelSignature signature)
    {
        foreach (var name in FileNames)
        {
            var file = SafePath.Resolve(folder, name, "input example");
            if (!File.Exists(file))
            {
                continue;
            }

            if (new FileInfo(file).Length > MaxBytes)
            {
                throw new SlipwayException(ErrorKind.InvalidInput, $"{name} is larger than {MaxBytes} bytes.");
            }

            try
            {
                return Read(name, File.ReadAllBytes(file), signature);
            }
            catch (JsonException exception)
            {
                throw new SlipwayException(ErrorKind.InvalidInput, $"{name} is not JSON: {exception.Message}", exception);
            }
        }

        return null;
    }

    /// <summary>One row of zeros and empty texts, or the smallest tensors that fit the signature.</summary>
    public static byte[] Zeros(ModelSignature signature) => Request(signature, (json, spec) =>
    {
        long[] shape = [.. spec.Shape.Select(d => d < 0 ? 1 : d)];
        Head(json, spec.Name, spec.Type, shape);
        for (var left = shape.Aggregate(1L, (count, d) => checked(count * d)); left > 0; left--)
        {
            switch (spec.Type)
            {
                case TensorType.Bytes:
                    json.WriteStringValue("");
                    break;
                case TensorType.Bool:
                    json.WriteBooleanValue(false);
                    break;
                default:
                    json.WriteNumberValue(0);
                    break;
            }
        }
    });

    private static byte[] Read(string name, byte[] bytes, ModelSignature signature)
    {
        using var document = JsonDocument.Parse(bytes);
        var root = document.RootElement;
        if (root.ValueKind == JsonValueKind.Object)
        {
            var frame = root.TryGetProperty("dataframe_split", out var split) ? split : root;
            if (frame.ValueKind == JsonValueKind.Object && frame.TryGetProperty("columns", out var columns) && frame.TryGetProperty("data", out var data))
            {
                return FromFrame(name, columns, data, signature);
            }

            if (root.TryGetProperty("inputs", out var inputs))
            {
                return IsRequest(inputs) ? bytes : FromTensors(name, inputs, signature);
            }
        }

        throw new SlipwayException(
            ErrorKind.InvalidInput, $"{name} is neither a data frame with \"columns\" and \"data\" nor has it \"inputs\". Store it as MLflow does, or as a request of the Open Inference Protocol.");
    }

    private static bool IsRequest(JsonElement inputs) =>
        inputs.ValueKind == JsonValueKind.Array && inputs.GetArrayLength() > 0 && inputs[0].ValueKind == JsonValueKind.Object && inputs[0].TryGetProperty("datatype", out _);

    // A data frame has one input a column.
    private static byte[] FromFrame(string name, JsonElement columns, JsonElement data, ModelSignature signature)
    {
        if (columns.ValueKind != JsonValueKind.Array || data.ValueKind != JsonValueKind.Array || data.EnumerateArray().Any(row => row.ValueKind != JsonValueKind.Array || row.GetArrayLength() != columns.GetArrayLength()))
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"{name} is no data frame: its \"data\" must have a value a column in each row.");
        }

        string?[] names = [.. columns.EnumerateArray().Select(c => c.ToString())];
        return Request(signature, (json, spec) =>
        {
            var column = Array.IndexOf(names, spec.Name);
            if (column < 0)
            {
                throw new SlipwayException(ErrorKind.InvalidInput, $"{name} has no column '{spec.Name}', which the model takes.");
            }

            Head(json, spec.Name, spec.Type, [data.GetArrayLength()]);
            foreach (var row in data.EnumerateArray())
            {
                row[column].WriteTo(json);
            }
        });
    }

    // Nested arrays by the input's name, or without one where the model has a single input.
    private static byte[] FromTensors(string name, JsonElement inputs, ModelSignature signature) => Request(signature, (json, spec) =>
    {
        var values = inputs.ValueKind != JsonValueKind.Object && signature.Inputs.Count == 1 ? inputs
            : inputs.ValueKind == JsonValueKind.Object && inputs.TryGetProperty(spec.Name, out var own) ? own
            : throw new SlipwayException(ErrorKind.InvalidInput, $"{name} has no input '{spec.Name}', which the model takes.");
        var shape = new List<long>();
        for (var inner = values; inner.ValueKind == JsonValueKind.Array; inner = inner[0])
        {
            shape.Add(inner.GetArrayLength());
            if (inner.GetArrayLength() == 0)
            {
                break;
            }
        }

        Head(json, spec.Name, spec.Type, [.. shape]);
        Flatten(json, values);
    });

    private static void Flatten(Utf8JsonWriter json, JsonElement values)
    {
        if (values.ValueKind != JsonValueKind.Array)
        {
            values.WriteTo(json);
            return;
        }

        foreach (var value in values.EnumerateArray())
        {
            Flatten(json, value);
        }
    }

    private static byte[] Request(ModelSignature signature, Action<Utf8JsonWriter, TensorSpec> write)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteStartArray("inputs");
            foreach (var spec in signature.Inputs)
            {
                write(json, spec);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return bytes.WrittenSpan.ToArray();
    }

    private static void Head(Utf8JsonWriter json, string name, TensorType type, ReadOnlySpan<long> shape)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteStartArray("shape");
        foreach (var dimension in shape)
        {
            json.WriteNumberValue(dimension);
        }

        json.WriteEndArray();
        json.WriteString("datatype", type.WireName());
        json.WriteStartArray("data");
    }
}
