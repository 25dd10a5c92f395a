using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Core.Errors;

namespace Slipway.Client;

/// <summary>Turns rows by column name into a request of the Open Inference Protocol, one input a column.</summary>
internal static class InferRequest
{
    /// <summary>The request for <paramref name="rows"/>; <paramref name="inputs"/> are the model's, from its metadata.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/> naming the first column that the model does not know.</exception>
    public static JsonObject FromRows(JsonArray inputs, IReadOnlyList<JsonObject> rows)
    {
        var names = inputs.Select(input => (string)input!["name"]!).ToHashSet();
        if (rows.SelectMany(row => row).Select(cell => cell.Key).FirstOrDefault(key => !names.Contains(key)) is { } unknown)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"The model has no input '{unknown}'. Its inputs are {string.Join(", ", names)}.");
        }

        var columns = inputs.Select(input => new JsonObject
        {
            ["name"] = (string)input!["name"]!,
            ["datatype"] = (string)input["datatype"]!,
            ["shape"] = new JsonArray(rows.Count),
            ["data"] = new JsonArray([.. rows.Select(row => Cell(row, (string)input["name"]!, (string)input["datatype"]!))]),
        });
        return new JsonObject { ["inputs"] = new JsonArray([.. columns]) };
    }

    // A code such as 7 in a column of texts is the text "7": JSON has a type for it, the model's categories do not.
    private static JsonNode? Cell(JsonObject row, string name, string datatype)
    {
        var value = row[name];
        return datatype == "BYTES" && value?.GetValueKind() is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False
            ? JsonValue.Create(value!.ToJsonString())
            : value?.DeepClone();
    }
}
