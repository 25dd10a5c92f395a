namespace Slipway.Core.Projects.Yaml;

/// <summary>A piece of yaml and where it stands, both counted from 1.</summary>
internal abstract class YamlNode(int line, int column)
{
    public int Line { get; } = line;

    public int Column { get; } = column;
}

/// <summary>A value. <paramref name="plain"/> is one without quotes; only such a one can be a number, a truth value or nothing.</summary>
internal sealed class YamlText(string value, bool plain, bool block, int line, int column) : YamlNode(line, column)
{
    public string Value { get; } = value;

    public bool Plain { get; } = plain;

    /// <summary>The line of the first character: a block (<c>|</c>) begins below its mark.</summary>
    public int ContentLine { get; } = block ? line + 1 : line;

    public bool IsNothing => Plain && Value is "" or "~" or "null" or "Null" or "NULL";
}

internal sealed class YamlList(IReadOnlyList<YamlNode> items, int line, int column) : YamlNode(line, column)
{
    public IReadOnlyList<YamlNode> Items { get; } = items;
}

internal sealed class YamlMap(IReadOnlyList<(YamlText Key, YamlNode Value)> entries, int line, int column) : YamlNode(line, column)
{
    public IReadOnlyList<(YamlText Key, YamlNode Value)> Entries { get; } = entries;
}

/// <summary>Something that was refused already; whoever meets it says nothing more.</summary>
internal sealed class YamlRefused(int line, int column) : YamlNode(line, column);
