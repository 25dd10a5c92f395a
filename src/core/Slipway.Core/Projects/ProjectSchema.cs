using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Core.Projects.Sections;

namespace Slipway.Core.Projects;

/// <summary>Writes the JSON Schema from the description that reads the file. The result ships as <c>slipway.schema.json</c>; a test holds that it is current.</summary>
internal static class ProjectSchema
{
    private static readonly JsonWriterOptions Readable = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Generate()
    {
        var schema = new JsonObject { ["$schema"] = "http://json-schema.org/draft-07/schema#", ["title"] = "slipway.yaml: a model's whole life" };
        foreach (var (name, value) in ProjectKeys.Shape.ToSchema())
        {
            schema[name] = value?.DeepClone();
        }

        using var text = new MemoryStream();
        using (var writer = new Utf8JsonWriter(text, Readable))
        {
            schema.WriteTo(writer);
        }

        return System.Text.Encoding.UTF8.GetString(text.ToArray()) + "\n";
    }
}
