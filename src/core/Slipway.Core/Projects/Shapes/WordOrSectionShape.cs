using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Slipway.Core.Projects.Yaml;

namespace Slipway.Core.Projects.Shapes;

/// <summary>A word that stands for the usual settings, or a section that gives them one by one.</summary>
/// <param name="words">The words.</param>
/// <param name="ofWord">What a word stands for.</param>
/// <param name="section">The section.</param>
/// <param name="ofSection">What the section says. Values of it that were refused are absent.</param>
internal sealed class WordOrSectionShape<T>(ChoiceShape words, Func<string, T> ofWord, MapShape section, Func<ReadMap, T> ofSection) : Shape<T>
    where T : notnull
{
    public override string Allowed => $"{words.Allowed}, or {section.Allowed}";

    public override JsonObject ToSchema() => new() { ["anyOf"] = new JsonArray(words.ToSchema(), section.ToSchema()) };

    public override bool TryRead(Reading reading, YamlNode node, string path, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        if (node is YamlMap)
        {
            if (section.TryRead(reading, node, path, out var map))
            {
                value = ofSection(map);
                return true;
            }

            return false;
        }

        if (node is not YamlText)
        {
            Refuse(reading, node, path);
            return false;
        }

        if (words.TryRead(reading, node, path, out var word))
        {
            value = ofWord(word);
            return true;
        }

        return false;
    }
}
