using System.Globalization;
using System.Text;

namespace Slipway.EndToEnd.Tests;

/// <summary>A project that trains in a moment: one number, one word, and a label that follows from the number.</summary>
internal static class SmallProject
{
    /// <summary>A request of the Open Inference Protocol for one row.</summary>
    public const string Request = """{"inputs": [{"name": "x", "datatype": "FP64", "shape": [1], "data": [0.5]}, {"name": "word", "datatype": "BYTES", "shape": [1], "data": ["a"]}]}""";

    /// <summary>Writes <c>slipway.yaml</c> and its table; another number of <paramref name="rounds"/> is another version.</summary>
    public static async Task WriteAsync(TemporaryFolder folder, string model, CancellationToken cancellationToken, int rounds = 5, string more = "")
    {
        await File.WriteAllTextAsync(folder.File("rows.csv"), Table("x,word,y"), cancellationToken);
        await File.WriteAllTextAsync(
            folder.File("slipway.yaml"),
            $"model: {model}\ndata:\n  sql: select * from 'rows.csv'\n  label: y\ntrain:\n  task: regression\n  parameters: {{ rounds: {rounds} }}\n{more}",
            cancellationToken);
    }

    /// <summary>The table as CSV under the header's three names.</summary>
    public static string Table(string header, Func<int, string>? first = null)
    {
        var text = new StringBuilder(header).Append('\n');
        for (var i = 0; i < 200; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{first?.Invoke(i) ?? $"{i}"},{(i % 2 == 0 ? "a" : "b")},{i * 2 % 77}\n");
        }

        return text.ToString();
    }
}
