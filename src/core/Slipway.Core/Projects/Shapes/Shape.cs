using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Slipway.Core.Projects.Yaml;
using Slipway.Core.Text;

namespace Slipway.Core.Projects.Shapes;

/// <summary>What a value of the file may be. One description reads it, says what is allowed, and describes it in the JSON Schema.</summary>
internal abstract class Shape
{
    /// <summary>What is allowed, as the end of "… is not": <c>a whole number from 1 to 256</c>.</summary>
    public abstract string Allowed { get; }

    /// <summary>The same for editors.</summary>
    public abstract JsonObject ToSchema();

    /// <summary>Reads the value. False when it is refused, and then <paramref name="reading"/> says why.</summary>
    public abstract bool TryReadAny(Reading reading, YamlNode node, string path, [NotNullWhen(true)] out object? value);

    /// <summary>Refuses a value with the sentence that every shape uses.</summary>
    protected void Refuse(Reading reading, YamlNode node, string path, string hint = "")
    {
        if (node is YamlRefused)
        {
            return;
        }

        var sentence = node switch
        {
            YamlText { IsNothing: true } => $"The value is missing; it must be {Allowed}.",
            YamlText text => $"'{Excerpt.Of(text.Value)}' is not {Allowed}.",
            YamlList => $"A list is not {Allowed}.",
            _ => $"A section is not {Allowed}.",
        };
        reading.Refuse(node, path, sentence + hint);
    }
}

/// <inheritdoc/>
internal abstract class Shape<T> : Shape
    where T : notnull
{
    public abstract bool TryRead(Reading reading, YamlNode node, string path, [MaybeNullWhen(false)] out T value);

    public sealed override bool TryReadAny(Reading reading, YamlNode node, string path, [NotNullWhen(true)] out object? value)
    {
        var read = TryRead(reading, node, path, out var typed);
        value = read ? typed! : null;
        return read;
    }
}
