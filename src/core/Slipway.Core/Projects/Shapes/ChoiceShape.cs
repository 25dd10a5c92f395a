using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Slipway.Core.Projects.Yaml;
using Slipway.Core.Text;

namespace Slipway.Core.Projects.Shapes;

/// <summary>One of a few words. A word may be valid and yet not available.</summary>
internal sealed class ChoiceShape(params Choice[] choices) : Shape<string>
{
    public override string Allowed => $"one of {string.Join(", ", choices.Select(c => c.Name))}";

    public override JsonObject ToSchema() => new()
    {
        ["enum"] = new JsonArray([.. choices.Select(c => (JsonNode)c.Name)]),
    };

    public override bool TryRead(Reading reading, YamlNode node, string path, [MaybeNullWhen(false)] out string value)
    {
        value = (node as YamlText)?.Value;
        if (value is null || Array.Find(choices, c => c.Name == ((YamlText)node).Value) is not { } choice)
        {
            Refuse(reading, node, path, value is null ? "" : Suggest.DidYouMean(value, choices.Select(c => c.Name)));
            return false;
        }

        if (!choice.Available)
        {
            reading.NotYet(node, path, $"'{value}' is not available yet. Use {string.Join(" or ", choices.Where(c => c.Available).Select(c => c.Name))}.");
        }

        return true;
    }
}

/// <summary>A word of a <see cref="ChoiceShape"/>.</summary>
internal sealed record Choice(string Name, bool Available = true);
