using System.Text.Json;
using Slipway.Core.Errors;
using Slipway.Core.Files;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Slipway.Serving.Repository.Folder;

/// <summary>What the <c>MLmodel</c> of a folder says: where the model's file lies, and how its columns are called.</summary>
/// <param name="Path">The model's file.</param>
/// <param name="Columns">The signature's columns where all of them are numbers; else empty.</param>
internal sealed record MlflowModel(string Path, IReadOnlyList<string> Columns)
{
    /// <summary>The file's name.</summary>
    public const string FileName = "MLmodel";

    private const int MaxBytes = 1 << 20;

    private static readonly string[] NumberTypes = ["double", "float", "integer", "long", "boolean"];

    /// <summary>Reads the <c>MLmodel</c> of <paramref name="folder"/>.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/>: no YAML, no flavour that is loaded, or a file outside the folder.</exception>
    public static MlflowModel Read(string folder)
    {
        var path = SafePath.Resolve(folder, FileName, "description of the model");
        if (new FileInfo(path).Length > MaxBytes)
        {
            throw new SlipwayException(ErrorKind.TooLarge, $"{FileName} is larger than {MaxBytes} bytes.");
        }

        var yaml = new YamlStream();
        try
        {
            using var text = new StringReader(File.ReadAllText(path));
            yaml.Load(text);
        }
        catch (YamlException e)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"{FileName}({e.Start.Line},{e.Start.Column}): this is not YAML: {e.Message}", e);
        }

        var root = yaml.Documents is [var document, ..] ? document.RootNode as YamlMappingNode : null;
        var flavors = Child(root, "flavors") as YamlMappingNode;

        // MLflow keeps a LightGBM booster in its text form, and an ONNX model as it is. Everything else is a pickle or another framework's own.
        var flavor = Child(flavors, "onnx") ?? Child(flavors, "lightgbm");
        if (Text(flavor, "data") is not { } data)
        {
            var there = flavors is { Children.Count: > 0 } ? string.Join(", ", flavors.Children.Keys) : "none";
            throw new SlipwayException(
                ErrorKind.InvalidInput, $"{FileName} has the flavours {there}, of which none is loaded. Convert the model to ONNX and log it with mlflow.onnx.log_model.");
        }

        return new MlflowModel(SafePath.Resolve(folder, data, "model file"), ReadColumns(Text(Child(root, "signature"), "inputs")));
    }

    private static List<string> ReadColumns(string? inputs)
    {
        if (inputs is null)
        {
            return [];
        }

        try
        {
            using var json = JsonDocument.Parse(inputs);
            var names = new List<string>();
            foreach (var column in json.RootElement.EnumerateArray())
            {
                if (column.TryGetProperty("name", out var name) && name.GetString() is { Length: > 0 } text
                    && column.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && NumberTypes.Contains(type.GetString()))
                {
                    names.Add(text);
                    continue;
                }

                // A tensor, or a column that no matrix of numbers can hold: the model's own inputs say more.
                return [];
            }

            return names.Distinct(StringComparer.Ordinal).Count() == names.Count ? names : [];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"{FileName}: signature.inputs is not the list of columns that MLflow writes.", e);
        }
    }

    private static YamlNode? Child(YamlNode? node, string key) =>
        node is YamlMappingNode mapping && mapping.Children.TryGetValue(new YamlScalarNode(key), out var child) ? child : null;

    private static string? Text(YamlNode? node, string key) => Child(node, key) is YamlScalarNode { Value: { Length: > 0 } text } ? text : null;
}
