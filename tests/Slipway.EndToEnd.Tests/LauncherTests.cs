namespace Slipway.EndToEnd.Tests;

/// <summary><c>./slipway</c> itself: from anywhere, by any name, and only once the same work.</summary>
public sealed class LauncherTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_works_through_symbolic_links_from_another_folder_and_hands_arguments_on_as_they_are()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("some where"));
        File.CreateSymbolicLink(folder.File("linked"), Repository.Launcher);
        File.CreateSymbolicLink(folder.File("some where/my slipway"), "../linked");

        var result = await Slip.RunProgramAsync(
            folder.File("some where/my slipway"), folder.Path, ["init", "--data", "two words  and $HOME.csv", "--label", "it's \"y\" *", "--model", "spaces", "--json"], Cancel);

        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Equal(folder.File("slipway.yaml"), (string)result.Json["file"]!);
        var written = await File.ReadAllTextAsync(folder.File("slipway.yaml"), Cancel);
        Assert.Contains("'two words  and $HOME.csv'", written, StringComparison.Ordinal);
        Assert.Contains("\"it's \\\"y\\\" *\"", written, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_hands_the_exit_code_and_standard_input_on()
    {
        using var folder = new TemporaryFolder();

        Assert.Equal(0, (await Slip.RunAsync(folder.Path, ["--version"], Cancel)).ExitCode);
        Assert.Equal(2, (await Slip.RunAsync(folder.Path, ["no-such-verb"], Cancel)).ExitCode);
        Assert.Equal(3, (await Slip.RunAsync(folder.Path, ["status", "--server", "http://127.0.0.1:9"], Cancel)).ExitCode);
        var read = await Slip.RunAsync(folder.Path, ["predict", "x", "--rows", "-", "--server", "http://127.0.0.1:9"], Cancel, input: "not json");
        Assert.Equal(2, read.ExitCode);
        Assert.Contains("not JSON", read.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_start_builds_nothing()
    {
        using var folder = new TemporaryFolder();
        var stamp = Path.Combine(Repository.Root, "artifacts/slipway.built");
        var program = Path.Combine(Repository.Root, "artifacts/slipway/slipway.dll");
        await Slip.RunAsync(folder.Path, ["--version"], Cancel);
        var (built, written) = (File.GetLastWriteTimeUtc(stamp), File.GetLastWriteTimeUtc(program));

        var second = await Slip.RunAsync(folder.Path, ["--version"], Cancel);

        Assert.Equal((built, written), (File.GetLastWriteTimeUtc(stamp), File.GetLastWriteTimeUtc(program)));
        Assert.Empty(second.Errors);
        Assert.Matches(@"^\d+\.\d+\.\d+", second.Output);
    }
}
