using System.Text.Json.Nodes;
using Slipway.Console.Reading;
using Slipway.Datasets;
using Slipway.Inference;
using Slipway.Inference.Tensors;

namespace Slipway.Apps.Tests.Console;

public sealed class CurlExampleTests
{
    [Fact]
    public void Every_input_gets_its_median_or_its_most_frequent_text()
    {
        var data = Records.Data(
            Records.Number("temp", 0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1),
            Records.Number("hr", 0, 2, 5, 7, 9, 12, 14, 16, 19, 21, 23),
            Records.Text("weather", new ValueCount("clear", 11), new ValueCount("rain", 3)));
        var signature = Records.Tabular(("temp", TensorType.Float64), ("hr", TensorType.Int64), ("weather", TensorType.Bytes));

        var inputs = Body(CurlExample.Write("http://127.0.0.1:5080/", "bikes", signature, data)!)["inputs"]!.AsArray();

        Assert.Equal("""{"name":"temp","shape":[1],"datatype":"FP64","data":[0.5]}""", inputs[0]!.ToJsonString());
        Assert.Equal("""{"name":"hr","shape":[1],"datatype":"INT64","data":[12]}""", inputs[1]!.ToJsonString());
        Assert.Equal("""{"name":"weather","shape":[1],"datatype":"BYTES","data":["clear"]}""", inputs[2]!.ToJsonString());
    }

    [Fact]
    public void A_quote_in_a_name_or_a_value_cannot_leave_the_quotes_of_the_shell()
    {
        var data = Records.Data(Records.Text("o'neil", new ValueCount("'; rm -rf /; '", 1)));

        var command = CurlExample.Write("http://127.0.0.1:5080/", "bikes", Records.Tabular(("o'neil", TensorType.Bytes)), data)!;

        Assert.Contains(@"""o'\''neil""", command, StringComparison.Ordinal);
        Assert.Equal("'; rm -rf /; '", (string)Body(command)["inputs"]![0]!["data"]![0]!);
    }

    [Fact]
    public void An_input_too_large_to_read_has_no_example()
    {
        var picture = new ModelSignature([new TensorSpec("x", TensorType.Float32, [-1, 3, 224, 224])], [], Tabular: false);

        Assert.Null(CurlExample.Write("http://127.0.0.1:5080/", "pictures", picture, null));
    }

    /// <summary>What a shell would hand to curl after <c>-d</c>.</summary>
    internal static JsonObject Body(string command)
    {
        var quoted = command[(command.IndexOf(" -d '", StringComparison.Ordinal) + 5)..^1];
        return JsonNode.Parse(quoted.Replace(@"'\''", "'", StringComparison.Ordinal))!.AsObject();
    }
}
