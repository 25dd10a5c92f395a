using System.Text.Json.Nodes;

namespace Slipway.EndToEnd.Tests;

/// <summary>A card is read, written and confirmed by command, and two versions are compared, as people do it.</summary>
public sealed class CardTests(SharedServer server) : IClassFixture<SharedServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_card_is_shown_in_three_forms_and_written_part_by_part()
    {
        using var folder = new TemporaryFolder();
        await SmallProject.WriteAsync(folder, "carded", Cancel);
        await RunAsync(folder, 0, "apply");
        await File.WriteAllTextAsync(folder.File("limits.md"), "Weak where **x** is large.\n", Cancel);
        await File.WriteAllBytesAsync(folder.File("latin.md"), [0x53, 0xe9], Cancel);

        var card = await RunAsync(folder, 0, "card", "carded@1.0.0");
        Assert.StartsWith("# Model card: carded@1.0.0", card.Output, StringComparison.Ordinal);
        Assert.Contains("**Missing: nobody has written this yet.", card.Output, StringComparison.Ordinal);
        Assert.Contains("- **Dataset**: carded", card.Output, StringComparison.Ordinal);
        Assert.Contains("lightgbm", card.Output, StringComparison.Ordinal);

        var written = await RunAsync(folder, 0, "card", "carded@1.0.0", "--set", "limitations=@limits.md", "--set", "ethics=Concerns no people.", "--json");
        Assert.Equal(["intendedUse", "outOfScope"], written.Json["lacking"]!.AsArray().Select(name => (string)name!));
        Assert.Contains("is not UTF-8", (await RunAsync(folder, 2, "card", "carded@1.0.0", "--set", "ethics=@latin.md")).Errors, StringComparison.Ordinal);
        Assert.Contains("There is no file", (await RunAsync(folder, 2, "card", "carded@1.0.0", "--set", "ethics=@nowhere.md")).Errors, StringComparison.Ordinal);

        Assert.Contains("The card is card.html.", (await RunAsync(folder, 0, "card", "carded@1.0.0", "--format", "html", "--output", "card.html")).Output, StringComparison.Ordinal);
        Assert.Contains("Weak where <strong>x</strong> is large.", await File.ReadAllTextAsync(folder.File("card.html"), Cancel), StringComparison.Ordinal);
        var json = JsonNode.Parse((await RunAsync(folder, 0, "card", "carded@1.0.0", "--format", "json")).Output)!;
        Assert.Equal(1, (int)json["written"]!["revision"]!);

        await SmallProject.WriteAsync(folder, "carded", Cancel, rounds: 7);
        await RunAsync(folder, 0, "apply");
        Assert.Contains("limitations (taken over from 1.0.0, not confirmed)", (await RunAsync(folder, 0, "card", "carded@1.1.0", "--set", "outOfScope=x")).Output, StringComparison.Ordinal);
        Assert.Contains("It lacks intended use (missing).", (await RunAsync(folder, 0, "card", "carded@1.1.0", "--confirm")).Output, StringComparison.Ordinal);

        var diff = await RunAsync(folder, 0, "diff", "carded", "1.0.0", "1.1.0");
        Assert.StartsWith("carded@1.0.0 → carded@1.1.0", diff.Output, StringComparison.Ordinal);
        Assert.Contains("Recipe", diff.Output, StringComparison.Ordinal);
        Assert.Contains("On the same rows", diff.Output, StringComparison.Ordinal);
        Assert.Contains("The same: signature, data.", diff.Output, StringComparison.Ordinal);
        Assert.All(diff.Output.Split('\n'), line => Assert.InRange(line.Length, 0, 80));
        var told = (await RunAsync(folder, 0, "diff", "carded@1.0.0", "carded@1.1.0", "--json")).Json;
        Assert.True((int)told["sameRows"]!["rows"]! > 0);
        Assert.Equal("7", (string)told["recipe"]!.AsArray().Single(value => (string)value!["name"]! == "rounds")!["b"]!);
    }

    [Fact]
    public async Task The_editor_is_given_what_is_there_and_what_it_leaves_is_written_unless_somebody_was_faster()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "script is missing, which gives an editor its terminal. Install it: apt-get install bsdutils");
        using var folder = new TemporaryFolder();
        await SmallProject.WriteAsync(folder, "edited", Cancel);
        await RunAsync(folder, 0, "train");

        Assert.Contains("this is no terminal", (await RunAsync(folder, 2, "card", "edited@1.0.0", "--edit")).Errors, StringComparison.Ordinal);
        var first = await EditAsync(folder, "sed -i 's/^%% Whom may.*/Nobody./'");
        Assert.Contains("is at revision 1.", first, StringComparison.Ordinal);
        Assert.Contains("Nothing was changed.", await EditAsync(folder, "true"), StringComparison.Ordinal);
        Assert.Contains("ended with 3", await EditAsync(folder, "exit 3;"), StringComparison.Ordinal);

        var late = await EditAsync(folder, $"{Repository.Launcher} card edited@1.0.0 --set ethics=Faster. && sed -i 's/^Nobody.*/Slower./'");
        Assert.Contains("is at revision 2 by local, and yours was made for 1", late, StringComparison.Ordinal);
        var kept = System.Text.RegularExpressions.Regex.Match(late, @"kept in (\S+)\.(\s|$)").Groups[1].Value;
        Assert.Contains("Slower.", await File.ReadAllTextAsync(kept, Cancel), StringComparison.Ordinal);
        Directory.Delete(Path.GetDirectoryName(kept)!, recursive: true);
        Assert.Contains("Faster.", (await RunAsync(folder, 0, "card", "edited@1.0.0")).Output, StringComparison.Ordinal);
    }

    private async Task<string> EditAsync(TemporaryFolder folder, string editor)
    {
        var environment = new Dictionary<string, string?> { ["SLIPWAY_SERVER"] = server.Up.Address, ["EDITOR"] = editor, ["VISUAL"] = null };
        return (await Slip.RunProgramAsync("/usr/bin/script", folder.Path, ["-qec", $"{Repository.Launcher} card edited@1.0.0 --edit", "/dev/null"], Cancel, environment)).Output;
    }

    private async Task<SlipResult> RunAsync(TemporaryFolder folder, int exitCode, params string[] arguments)
    {
        var result = await server.Up.RunAsync(arguments, Cancel, folder.Path);
        Assert.True(result.ExitCode == exitCode, $"{string.Join(' ', arguments)}: {result.ExitCode}: {result.Output}{result.Errors}");
        return result;
    }
}
