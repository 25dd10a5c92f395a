using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Slipway.Core.Projects.Yaml;

namespace Slipway.Core.Projects.Shapes;

/// <summary>A list of like values.</summary>
internal sealed class ListShape<T>(string what, Shape<T> item, int atLeast = 1, int atMost = 100, bool distinct = false) : Shape<IReadOnlyList<T>>
    where T : notnull
{
    public override string Allowed => atLeast == atMost
        ? $"a list of {atLeast} {what}, such as {Example}"
        : $"a list of {atLeast} to {atMost} {what}, such as {Example}";

    public string Example { get; init; } = "[a, b]";

    public override JsonObject ToSchema()
    {
        var schema = new JsonObject { ["type"] = "array", ["items"] = item.ToSchema(), ["minItems"] = atLeast, ["maxItems"] = atMost };
        if (distinct)
        {
            schema["uniqueItems"] = true;
        }

        return schema;
    }

    public override bool TryRead(Reading reading, YamlNode node, string path, [MaybeNullWhen(false)] out IReadOnlyList<T> value)
    {
        value = null;
        if (node is not YamlList list)
        {
            Refuse(reading, node, path);
            return false;
        }

        if (list.Items.Count < atLeast || list.Items.Count > atMost)
        {
            reading.Refuse(node, path, $"A list of {list.Items.Count} is not {Allowed}.");
            return false;
        }

        var items = new List<T>(list.Items.Count);
        var seen = new HashSet<T>();
        for (var i = 0; i < list.Items.Count; i++)
        {
            if (!item.TryRead(reading, list.Items[i], $"{path}[{i}]", out var read))
            {
                continue;
            }

            if (distinct && !seen.Add(read))
            {
                reading.Refuse(list.Items[i], $"{path}[{i}]", $"'{read}' is named twice. Remove one.");
            }

            items.Add(read);
        }

        value = items;
        return items.Count == list.Items.Count;
    }
}
