using System.Text;
using System.Text.RegularExpressions;
using Slipway.Core.Errors;
using Slipway.Registry.Cards;

namespace Slipway.Cards;

/// <summary>The file that people edit: the four parts under marks of their own, with hints in lines that are left out.</summary>
internal static partial class CardTemplate
{
    private const string Hint = "%%";

    public static string Write(string version, WrittenCard written)
    {
        var text = new StringBuilder($"""
            {Hint} The parts of the card of {version} that a person must write, in Markdown.
            {Hint} Lines that begin with {Hint} are left out. Leave the lines with === as they are.
            {Hint} A part that is emptied is taken out; what stays as it is, is not touched.

            """);
        foreach (var part in CardPart.All)
        {
            var now = written[part.Name];
            text.Append($"\n=== {part.Name} === {part.Title}\n{Hint} {part.Asks}\n");
            if (now.Status == PartStatus.TakenOver)
            {
                text.Append($"{Hint} Taken over from {now.TakenFrom}. `slipway card {version} --confirm` says that it holds for this version, too.\n");
            }

            text.Append(now.Text is null ? "\n" : $"{now.Text}\n");
        }

        return text.ToString();
    }

    /// <summary>The parts of an edited file that say something else than before.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/>: a mark is not one of ours, or none is left.</exception>
    public static Dictionary<string, string> Read(string file, WrittenCard before)
    {
        var texts = new Dictionary<string, StringBuilder>(StringComparer.Ordinal);
        StringBuilder? current = null;
        foreach (var line in file.ReplaceLineEndings("\n").Split('\n'))
        {
            if (Mark().Match(line) is { Success: true } mark)
            {
                var name = CardPart.Get(mark.Groups[1].Value).Name;
                current = new StringBuilder();
                if (!texts.TryAdd(name, current))
                {
                    throw new SlipwayException(ErrorKind.InvalidInput, $"The file has the part {name} twice. Keep one of them.");
                }
            }
            else if (!line.StartsWith(Hint, StringComparison.Ordinal))
            {
                current?.Append(line).Append('\n');
            }
        }

        if (texts.Count == 0)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, "The file has no part left, so nothing was written. A part stands under a line such as `=== limitations ===`.");
        }

        return texts
            .Select(text => (Name: text.Key, Text: text.Value.ToString().Trim()))
            .Where(text => text.Text != (before[text.Name].Text ?? ""))
            .ToDictionary(text => text.Name, text => text.Text, StringComparer.Ordinal);
    }

    [GeneratedRegex(@"^=== (\w+) ===")]
    private static partial Regex Mark();
}
