using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Datasets;
using Slipway.Inference;
using Slipway.Inference.Tensors;

namespace Slipway.Console.Reading;

/// <summary>Writes a request that really works, from a version's signature and the values that its data is made of.</summary>
internal static class CurlExample
{
    // A picture as numbers is no example that somebody reads or pastes.
    private const long MaxElements = 64;

    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A command for a shell; null when an input is too large to write out.</summary>
    /// <param name="server">The server's address, with or without a slash at its end.</param>
    /// <param name="deployment">The name that callers use.</param>
    /// <param name="signature">What the version takes.</param>
    /// <param name="data">The snapshot it learnt from, for values that occur; or null.</param>
    public static string? Write(string server, string deployment, ModelSignature signature, DatasetVersion? data)
    {
        var inputs = new JsonArray();
        foreach (var input in signature.Inputs.Where(i => !i.Optional || signature.Tabular))
        {
            long[] shape = [.. input.Shape.Select(d => d < 0 ? 1 : d)];
            var count = shape.Aggregate(1L, (product, d) => product * d);
            if (count > MaxElements)
            {
                return null;
            }

            var column = data?.Columns.FirstOrDefault(c => c.Name == input.Name);
            inputs.Add(new JsonObject
            {
                ["name"] = input.Name,
                ["shape"] = new JsonArray([.. shape.Select(d => (JsonNode)d)]),
                ["datatype"] = input.Type.WireName(),
                ["data"] = new JsonArray([.. Enumerable.Range(0, (int)count).Select(_ => Typical(input.Type, column))]),
            });
        }

        var body = new JsonObject { ["inputs"] = inputs }.ToJsonString(Json);
        return $"curl {server.TrimEnd('/')}/v2/models/{deployment}/infer -d {Quote(body)}";
    }

    // In single quotes a shell takes everything as it is but the quote itself.
    private static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static JsonNode Typical(TensorType type, ColumnProfile? column)
    {
        if (type == TensorType.Bytes)
        {
            return column is { Top.Count: > 0 } ? column.Top[0].Value : column?.Minimum ?? "text";
        }

        var number = column is { Quantiles.Count: > 0 } ? column.Quantiles[column.Quantiles.Count / 2]
            : double.TryParse(column?.Minimum, NumberStyles.Float, CultureInfo.InvariantCulture, out var minimum) ? minimum
            : 1;
        return type switch
        {
            TensorType.Bool => number != 0,
            TensorType.Float16 or TensorType.Float32 or TensorType.Float64 => Math.Round(number, 4),
            _ => (long)Math.Round(number),
        };
    }
}
