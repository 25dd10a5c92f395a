using System.Diagnostics;
using System.Globalization;
using Slipway.Client;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Registry.Cards;

namespace Slipway.Cards;

/// <summary>Lets somebody write a card's parts in their editor. What they wrote is never lost: where it cannot be saved, it stays in its file.</summary>
internal static class CardEditing
{
    private const string FileName = "card.md";
    private static readonly string[] Variables = ["VISUAL", "EDITOR"];
    private static readonly string[] Editors = ["vi", "nano"];

    /// <summary>What is sent: absent parts stay as they are.</summary>
    public static object Body(IReadOnlyDictionary<string, string> texts, bool confirm)
    {
        var body = texts.ToDictionary(text => text.Key, text => (object)text.Value, StringComparer.Ordinal);
        body["confirm"] = confirm;
        return body;
    }

    /// <summary>The card as it is then; <paramref name="texts"/> are written along with what is edited.</summary>
    public static async Task<(WrittenCard Card, bool Changed)> RunAsync(
        SlipwayClient client, string path, VersionReference version, IReadOnlyDictionary<string, string> texts, bool confirm, CancellationToken cancellationToken)
    {
        // Not the whole card where it cannot be edited anyway.
        var editor = Editor();
        var before = (await client.GetAsync<CardOnly>(path, cancellationToken)).Written;
        var folder = Directory.CreateTempSubdirectory("slipway-card-");
        var file = Path.Combine(folder.FullName, FileName);
        var template = CardTemplate.Write(version.ToString(), before);
        await File.WriteAllTextAsync(file, template, cancellationToken);
        try
        {
            await EditAsync(editor, file, cancellationToken);
            var changed = CardTemplate.Read(await File.ReadAllTextAsync(file, cancellationToken), before);
            foreach (var (name, text) in texts)
            {
                changed[name] = text;
            }

            var after = changed.Count == 0 && !confirm
                ? before
                : await client.PutAsync<WrittenCard>(path, Body(changed, confirm), before.Revision.ToString(CultureInfo.InvariantCulture), cancellationToken);
            folder.Delete(recursive: true);
            return (after, after.Revision != before.Revision);
        }
        catch (SlipwayException e)
        {
            if (await File.ReadAllTextAsync(file, CancellationToken.None) == template)
            {
                folder.Delete(recursive: true);
                throw;
            }

            throw new SlipwayException(e.Kind, $"{e.Message} What you wrote is kept in {file}.", e) { Details = e.Details };
        }
    }

    private static string Editor()
    {
        if (System.Console.IsInputRedirected || System.Console.IsOutputRedirected)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, "--edit opens an editor, and this is no terminal. Write a part with --set instead, such as --set limitations=@limits.md.");
        }

        var chosen = Variables.Select(Environment.GetEnvironmentVariable).FirstOrDefault(value => !string.IsNullOrWhiteSpace(value));
        return chosen ?? Editors.FirstOrDefault(IsThere)
            ?? throw new SlipwayException(ErrorKind.InvalidInput, "There is no editor: neither EDITOR is set nor are vi or nano there. Set EDITOR, or write a part with --set.");
    }

    private static bool IsThere(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, program)));

    // EDITOR may have arguments, so a shell reads it, as it does for git.
    private static async Task EditAsync(string editor, string file, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"{editor} \"$0\"", file]) { UseShellExecute = false })!;
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new SlipwayException(ErrorKind.Failed, $"The editor `{editor}` ended with {process.ExitCode}, so nothing was written.");
        }
    }

    private sealed record CardOnly(WrittenCard Written);
}
