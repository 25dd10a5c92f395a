using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Slipway.Core.Projects.Yaml;

namespace Slipway.Core.Projects.Shapes;

/// <summary>Parses one value; false when it is not allowed.</summary>
internal delegate bool ScalarParser<T>(YamlText text, [MaybeNullWhen(false)] out T value);

/// <summary>A single value, parsed by a function.</summary>
internal sealed class ScalarShape<T>(string allowed, Func<JsonObject> schema, ScalarParser<T> parse, Func<YamlText, string>? hint = null) : Shape<T>
    where T : notnull
{
    public override string Allowed => allowed;

    public override JsonObject ToSchema() => schema();

    public override bool TryRead(Reading reading, YamlNode node, string path, [MaybeNullWhen(false)] out T value)
    {
        if (node is YamlText { IsNothing: false } text && parse(text, out value))
        {
            return true;
        }

        value = default;
        Refuse(reading, node, path, node is YamlText { IsNothing: false } given ? hint?.Invoke(given) ?? "" : "");
        return false;
    }
}
