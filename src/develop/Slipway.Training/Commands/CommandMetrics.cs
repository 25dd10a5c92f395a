using System.Text.Json;
using Slipway.Core.Errors;

namespace Slipway.Training.Commands;

/// <summary>The metrics that a command reported: a JSON object of numbers.</summary>
internal static class CommandMetrics
{
    private const int MaxBytes = 1 << 20;
    private const int MaxMetrics = 1000;
    private const int MaxNameLength = 250;

    public static Dictionary<string, double> Read(string path)
    {
        // A link would let the program show us files that are not its own.
        var file = new FileInfo(path);
        if (!file.Exists || file.LinkTarget is not null)
        {
            throw Failed("wrote no metrics. It must write a JSON object of numbers, such as {\"rmse\": 41.2}, into the file that SLIPWAY_METRICS names");
        }

        if (file.Length > MaxBytes)
        {
            throw Failed($"wrote {file.Length} bytes of metrics; at most {MaxBytes} are read");
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { MaxDepth = 4 });
        }
        catch (JsonException e)
        {
            throw new SlipwayException(ErrorKind.Failed, $"train.command wrote metrics that are no JSON (line {e.LineNumber + 1}). They must be an object of numbers, such as {{\"rmse\": 41.2}}.", e);
        }

        using (document)
        {
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? ReadObject(document.RootElement)
                : throw Failed($"wrote metrics that are a JSON {document.RootElement.ValueKind}. They must be an object of numbers, such as {{\"rmse\": 41.2}}");
        }
    }

    private static Dictionary<string, double> ReadObject(JsonElement json)
    {
        var metrics = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var property in json.EnumerateObject())
        {
            if (property.Name.Length is 0 or > MaxNameLength || metrics.Count == MaxMetrics)
            {
                throw Failed($"wrote metrics beyond the bounds of {MaxMetrics} metrics with names of 1 to {MaxNameLength} letters");
            }

            metrics[property.Name] = property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetDouble(out var value) && double.IsFinite(value)
                ? value
                : throw Failed($"wrote the metric '{property.Name}' as {Shorten(property.Value.GetRawText())}, which is no finite number");
        }

        return metrics;
    }

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + " …";

    private static SlipwayException Failed(string what) => new(ErrorKind.Failed, $"train.command {what}.");
}
