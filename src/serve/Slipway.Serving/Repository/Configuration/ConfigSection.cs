using System.Globalization;
using Slipway.Core.Errors;

namespace Slipway.Serving.Repository.Configuration;

/// <summary>A message of a configuration while it is read: fields are taken by name, and what nobody took is named in the end, so that nothing that is written is passed over in silence.</summary>
internal sealed class ConfigSection(ProtoMessage message, string path, string file, List<string> ignored)
{
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    /// <summary>The text of a field that may stand once; null without it.</summary>
    public string? Text(string name) => One(name) is not { } field ? null
        : field.Value is ProtoString text ? text.Text
        : throw Mistake(field, "needs a text in quotes");

    /// <summary>An enum's member; null without it.</summary>
    public string? Word(string name) => One(name) is not { } field ? null
        : field.Value is ProtoWord word ? word.Text
        : throw Mistake(field, "needs one of the words that Triton's documentation lists for it");

    /// <summary>True or false; null without it.</summary>
    public bool? Flag(string name) => One(name) is not { } field ? null : (field.Value as ProtoWord)?.Text switch
    {
        "true" or "True" or "t" or "1" => true,
        "false" or "False" or "f" or "0" => false,
        _ => throw Mistake(field, "needs true or false"),
    };

    /// <summary>A whole number within bounds; null without it.</summary>
    public long? Whole(string name, long least, long most) => One(name) is { } field ? Whole(field, least, most) : null;

    /// <summary>The whole numbers of a repeated field.</summary>
    public IReadOnlyList<long> Wholes(string name, long least, long most) => [.. All(name).Select(field => Whole(field, least, most))];

    /// <summary>A message that may stand once; null without it.</summary>
    public ConfigSection? Section(string name) => One(name) is { } field ? Section(field, $"{path}{name}.") : null;

    /// <summary>The messages of a repeated field.</summary>
    public IReadOnlyList<ConfigSection> Sections(string name) => [.. All(name).Select(field => Section(field, $"{path}{name}."))];

    /// <summary>Says of a field, if it is there, that it is not acted on.</summary>
    public void Ignore(string name, string? because = null)
    {
        if (All(name).Count > 0)
        {
            Ignored(name, because);
        }
    }

    /// <summary>Says that a part of what stands here is not acted on.</summary>
    public void Ignored(string name, string? because = null)
    {
        var sentence = because is null ? $"{path}{name}" : $"{path}{name} ({because})";
        if (!ignored.Contains(sentence))
        {
            ignored.Add(sentence);
        }
    }

    /// <summary>Everything was taken that is understood: what is left is not acted on.</summary>
    public void End()
    {
        foreach (var field in message.Fields.Where(field => !_taken.Contains(field.Name)))
        {
            Ignored(field.Name);
        }
    }

    /// <summary>A mistake of a field that is there.</summary>
    public SlipwayException Mistake(string name, string what) => Mistake(message.Fields.First(field => field.Name == name), what);

    private List<ProtoField> All(string name)
    {
        _taken.Add(name);
        return [.. message.Fields.Where(field => field.Name == name)];
    }

    private ProtoField? One(string name) => All(name) switch
    {
        [] => null,
        [var field] => field,
        [_, var again, ..] => throw Mistake(again, "stands twice; keep one"),
    };

    private ConfigSection Section(ProtoField field, string below) => field.Value is ProtoMessage inner
        ? new ConfigSection(inner, below, file, ignored)
        : throw Mistake(field, "needs { … }");

    private long Whole(ProtoField field, long least, long most) =>
        field.Value is ProtoWord word && long.TryParse(word.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw Mistake(field, string.Create(CultureInfo.InvariantCulture, $"needs a whole number from {least} to {most}"));

    private SlipwayException Mistake(ProtoField field, string what) =>
        new(ErrorKind.InvalidInput, string.Create(CultureInfo.InvariantCulture, $"{file}({field.Line},{field.Column}): {path}{field.Name} {what}."));
}
