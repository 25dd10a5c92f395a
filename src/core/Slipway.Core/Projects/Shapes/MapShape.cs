using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Slipway.Core.Projects.Yaml;
using Slipway.Core.Text;

namespace Slipway.Core.Projects.Shapes;

/// <summary>A section: known keys, and for some sections other keys of one shape (<see cref="Others"/>).</summary>
/// <param name="keys">The known keys.</param>
/// <param name="atLeast">How many keys there must be.</param>
/// <param name="check">
/// Refuses impossible combinations. Runs after every key was read; a value that was refused is absent from the map, though <see cref="ReadMap.Has"/> knows of it.
/// </param>
internal sealed class MapShape(Key[] keys, int atLeast = 0, Action<Reading, ReadMap>? check = null) : Shape<ReadMap>
{
    // An open section is bounded too.
    private const int AtMost = 100;

    private readonly Dictionary<string, Key> _keys = keys.ToDictionary(k => k.Name);

    /// <summary>What keys that are not among the known ones may hold; null refuses them.</summary>
    public Shape? Others { get; init; }

    /// <summary>Why another key's name is not allowed, or null when it is.</summary>
    public Func<string, string?> OtherName { get; init; } = _ => null;

    /// <summary>What other keys are, for messages.</summary>
    public string OtherMeaning { get; init; } = "others";

    /// <summary>The pattern of other keys' names, for the schema.</summary>
    public string OtherPattern { get; init; } = ".";

    /// <summary>What the check holds, in the schema's words where it has them.</summary>
    public Action<JsonObject>? CheckInSchema { get; init; }

    public override string Allowed => $"a section with the keys {Names}";

    private string Names => string.Join(", ", [.. keys.Select(k => k.Name), .. Others is null ? (string[])[] : [OtherMeaning]]);

    public override JsonObject ToSchema()
    {
        var schema = new JsonObject { ["type"] = "object" };
        var properties = new JsonObject();
        foreach (var key in keys)
        {
            properties[key.Name] = key.ToSchema();
        }

        schema["properties"] = properties;
        if (keys.Any(k => k.Required))
        {
            schema["required"] = new JsonArray([.. keys.Where(k => k.Required).Select(k => (JsonNode)k.Name)]);
        }

        if (atLeast > 0)
        {
            schema["minProperties"] = atLeast;
        }

        if (Others is null)
        {
            schema["additionalProperties"] = false;
        }
        else
        {
            schema["propertyNames"] = new JsonObject { ["pattern"] = OtherPattern };
            schema["additionalProperties"] = Others.ToSchema();
            schema["maxProperties"] = AtMost;
        }

        CheckInSchema?.Invoke(schema);
        return schema;
    }

    public override bool TryRead(Reading reading, YamlNode node, string path, [MaybeNullWhen(false)] out ReadMap value)
    {
        value = null;
        if (node is not YamlMap yaml)
        {
            Refuse(reading, node, path);
            return false;
        }

        var map = new ReadMap(yaml, path);
        foreach (var (key, content) in yaml.Entries)
        {
            ReadEntry(reading, map, key, content);
        }

        // Who wrote 'lable' made one mistake, and is not told that 'label' is missing too.
        foreach (var entry in map.Entries.Where(e => e.Value is null).ToList())
        {
            if (!_keys.ContainsKey(entry.Name.Value) && Suggest.Closest(entry.Name.Value, _keys.Keys) is { } meant)
            {
                map.AddMeant(meant, entry);
            }
        }

        var missing = keys.Where(k => k.Required && !map.Has(k)).ToList();
        foreach (var key in missing)
        {
            reading.Refuse(node, map.PathOf(key.Name), $"'{key.Name}' is missing. It must be {key.Shape.Allowed}.");
        }

        if (yaml.Entries.Count < atLeast && missing.Count == 0)
        {
            reading.Refuse(node, path, $"The section holds too little: it needs at least {atLeast} of {Names}.");
        }
        else if (yaml.Entries.Count > AtMost)
        {
            reading.Refuse(node, path, $"The section has {yaml.Entries.Count} keys; at most {AtMost} are allowed.");
        }

        check?.Invoke(reading, map);
        value = map;
        return true;
    }

    private void ReadEntry(Reading reading, ReadMap map, YamlText name, YamlNode content)
    {
        var path = map.PathOf(Excerpt.Of(name.Value));
        if (map.FirstOf(name.Value) is { } first)
        {
            reading.Refuse(name, path, $"'{Excerpt.Of(name.Value)}' is given twice; the first one is on line {first.Line}. Remove one.");
            return;
        }

        var key = _keys.GetValueOrDefault(name.Value);
        if (key is null && (Others is null || OtherName(name.Value) is not null))
        {
            var why = Others is null ? $" Allowed are {Names}." : $" {OtherName(name.Value)}";
            reading.Refuse(name, path, $"'{Excerpt.Of(name.Value)}' is not a key here.{Suggest.DidYouMean(name.Value, _keys.Keys)}{why}");
            map.Add(name, content, null);
            return;
        }

        var shape = key?.Shape ?? Others!;
        if (key is { Available: false })
        {
            reading.NotYet(name, path, "This is not available yet. Remove it to go on without it.");
            reading.EnterNotAvailable();
        }

        map.Add(name, content, shape.TryReadAny(reading, content, path, out var value) ? value : null);
        if (key is { Available: false })
        {
            reading.LeaveNotAvailable();
        }
    }
}
