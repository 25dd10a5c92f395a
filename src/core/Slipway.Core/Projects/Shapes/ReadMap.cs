using System.Diagnostics.CodeAnalysis;
using Slipway.Core.Projects.Yaml;

namespace Slipway.Core.Projects.Shapes;

/// <summary>A section that was read: values by key, and where they stand.</summary>
internal sealed class ReadMap(YamlMap node, string path)
{
    private readonly Dictionary<string, ReadEntry> _entries = [];
    private readonly List<ReadEntry> _inOrder = [];

    /// <summary>The section itself.</summary>
    public YamlNode Node => node;

    /// <summary>Its path; empty for the file.</summary>
    public string Path => path;

    /// <summary>Every key, in the file's order.</summary>
    public IReadOnlyList<ReadEntry> Entries => _inOrder;

    /// <summary>True when the key was written, whether its value was taken or not.</summary>
    public bool Has(Key key) => _entries.ContainsKey(key.Name);

    /// <summary>The value, when it was written and taken.</summary>
    public bool TryGet<T>(Key<T> key, [MaybeNullWhen(false)] out T value)
        where T : notnull
    {
        value = default;
        if (_entries.GetValueOrDefault(key.Name)?.Value is not T typed)
        {
            return false;
        }

        value = typed;
        return true;
    }

    /// <summary>The value, or null.</summary>
    public T? Find<T>(Key<T> key)
        where T : class => TryGet(key, out var value) ? value : null;

    /// <summary>The value, or what holds without it.</summary>
    public T Get<T>(Key<T> key, T otherwise)
        where T : notnull => TryGet(key, out var value) ? value : otherwise;

    /// <summary>Where a key stands that was written.</summary>
    public YamlNode At(Key key) => _entries[key.Name].Name;

    /// <summary>Where its value stands.</summary>
    public YamlNode ValueOf(Key key) => _entries[key.Name].Content;

    /// <summary>The path of a key of this section.</summary>
    public string PathOf(string key) => path.Length == 0 ? key : $"{path}.{key}";

    /// <summary>The path of a key of this section.</summary>
    public string PathOf(Key key) => PathOf(key.Name);

    /// <summary>Where a name was written first, or null.</summary>
    public YamlText? FirstOf(string name) => _entries.GetValueOrDefault(name)?.Name;

    public void Add(YamlText name, YamlNode content, object? value)
    {
        var entry = new ReadEntry(name, content, value);
        _entries.Add(name.Value, entry);
        _inOrder.Add(entry);
    }

    /// <summary>Counts a mistyped key as the one that was probably meant, with a value that was refused.</summary>
    public void AddMeant(string key, ReadEntry entry) => _entries.TryAdd(key, entry);
}

/// <summary>A key as written; <paramref name="Value"/> is null when it was refused.</summary>
internal sealed record ReadEntry(YamlText Name, YamlNode Content, object? Value);
