using System.CommandLine;
using System.Text;
using System.Text.Json;
using Slipway.Cards;
using Slipway.Client;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Output;
using Slipway.Registry.Cards;

namespace Slipway.Commands;

/// <summary>A version's model card, and what people write on it.</summary>
internal static class CardCommand
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Command Create()
    {
        var command = Verb.Create(
            "card",
            "Show a version's model card: what is known of it, and the parts that a person must write (intendedUse, outOfScope, limitations, ethics).",
            "slipway card bike-demand@1.0.0",
            "slipway card bike-demand@1.0.0 --edit",
            "slipway card bike-demand@1.0.0 --set limitations=@limits.md --set ethics=\"Concerns no people.\"",
            "slipway card bike-demand@1.0.0 --format html --output card.html");
        var version = new Argument<string>("version") { Description = "The version, as MODEL@MAJOR.MINOR.PATCH." };
        var format = new Option<string>("--format") { Description = "The form of the card.", HelpName = "markdown|html|json", DefaultValueFactory = _ => "markdown" };
        format.AcceptOnlyFromAmong("markdown", "html", "json");
        var output = new Option<string>("--output", "-o") { Description = "Write it into this file.", HelpName = "FILE" };
        var edit = new Option<bool>("--edit") { Description = "Write the parts in $EDITOR." };
        var set = new Option<string[]>("--set") { Description = "Write a part: PART=TEXT, or PART=@FILE; may be repeated. An empty text takes the part out.", HelpName = "PART=TEXT" };
        var confirm = new Option<bool>("--confirm") { Description = "Say that what was taken over from a former version holds for this one." };
        var server = Verb.ServerOption();
        command.Add(version);
        command.Add(format);
        command.Add(output);
        command.Add(edit);
        command.Add(set);
        command.Add(confirm);
        command.Add(server);
        return command.Runs(async (parsed, terminal, cancellationToken) =>
        {
            var reference = VersionReference.Parse(parsed.GetValue(version)!);
            var texts = await ReadAsync(parsed.GetValue(set) ?? [], cancellationToken);
            using var client = new SlipwayClient(parsed.GetValue(server));
            var path = $"/api/v1/models/{reference.Model}/versions/{reference.Version}/card";
            if (parsed.GetValue(edit) || texts.Count > 0 || parsed.GetValue(confirm))
            {
                var (written, changed) = parsed.GetValue(edit)
                    ? await CardEditing.RunAsync(client, path, reference, texts, parsed.GetValue(confirm), cancellationToken)
                    : (await client.PutAsync<WrittenCard>(path, CardEditing.Body(texts, parsed.GetValue(confirm)), ifMatch: null, cancellationToken), true);
                terminal.Say((changed ? "" : "Nothing was changed. ") + Tell(reference, written));
                terminal.WriteJson(written);
                return ExitCode.Good;
            }

            await ShowAsync(client, path, parsed.GetValue(format)!, parsed.GetValue(output), terminal, cancellationToken);
            return ExitCode.Good;
        });
    }

    private static async Task ShowAsync(SlipwayClient client, string path, string format, string? output, Terminal terminal, CancellationToken cancellationToken)
    {
        var text = await client.GetTextAsync($"{path}?format={format}", cancellationToken);
        text = format == "json" ? JsonSerializer.Serialize(JsonElement.Parse(text), Indented) : text;
        if (output is not null)
        {
            await File.WriteAllTextAsync(output, text, cancellationToken);
            terminal.Say($"The card is {output}.");
        }
        else
        {
            terminal.Say(text.TrimEnd());
        }

        if (terminal.Json)
        {
            terminal.WriteJson(await client.GetAsync<JsonElement>(path, cancellationToken));
        }
    }

    private static string Tell(VersionReference version, WrittenCard written)
    {
        var lacking = written.Lacking.Select(name => $"{written[name].Title.ToLowerInvariant()} ({(written[name].Status == PartStatus.TakenOver ? $"taken over from {written[name].TakenFrom}, not confirmed" : "missing")})").ToList();
        return lacking.Count == 0
            ? $"The card of {version} is complete (revision {written.Revision})."
            : $"The card of {version} is at revision {written.Revision}. It lacks {string.Join(", ", lacking)}.";
    }

    private static async Task<Dictionary<string, string>> ReadAsync(string[] given, CancellationToken cancellationToken)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in given)
        {
            var at = entry.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
            {
                throw new SlipwayException(ErrorKind.InvalidInput, $"--set {Core.Text.Excerpt.Of(entry)} names no text. Write it as PART=TEXT or PART=@FILE, such as limitations=@limits.md.");
            }

            var part = CardPart.Get(entry[..at]);
            var text = entry[(at + 1)..];
            if (!texts.TryAdd(part.Name, text.StartsWith('@') ? await FileAsync(text[1..], cancellationToken) : text))
            {
                throw new SlipwayException(ErrorKind.InvalidInput, $"--set names {part.Name} twice. Give one text.");
            }
        }

        return texts;
    }

    private static async Task<string> FileAsync(string path, CancellationToken cancellationToken)
    {
        // Four bytes are the most that a character has; beyond that it is too long whatever it says.
        if (!File.Exists(path) || new FileInfo(path).Length > 8L * CardPart.MaxLength)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, File.Exists(path) ? $"{path} is too long for a part of a card, which has at most {CardPart.MaxLength} characters." : $"There is no file {path}.");
        }

        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(await File.ReadAllBytesAsync(path, cancellationToken)).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException e)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"{path} is not UTF-8 text. Save it as UTF-8.", e);
        }
    }
}
