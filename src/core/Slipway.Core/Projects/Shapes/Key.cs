using System.Text.Json.Nodes;

namespace Slipway.Core.Projects.Shapes;

/// <summary>A key of the file: its name, what it means, what it may be, whether its section needs it, and whether this version does it.</summary>
internal abstract class Key(string name, string meaning, Shape shape, bool required, bool available)
{
    public string Name { get; } = name;

    public Shape Shape { get; } = shape;

    /// <summary>True when the section is refused without it.</summary>
    public bool Required { get; } = required;

    /// <summary>False while it is read and checked, but nothing does it.</summary>
    public bool Available { get; } = available;

    public JsonObject ToSchema()
    {
        var schema = Shape.ToSchema();
        schema.Insert(0, "description", Available ? meaning : $"{meaning} Not available yet.");
        return schema;
    }
}

/// <inheritdoc/>
internal sealed class Key<T>(string name, string meaning, Shape<T> shape, bool required = false, bool available = true)
    : Key(name, meaning, shape, required, available)
    where T : notnull;
