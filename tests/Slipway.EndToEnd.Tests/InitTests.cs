namespace Slipway.EndToEnd.Tests;

/// <summary>What <c>init</c> writes, <c>apply</c> takes, whatever files and columns are called.</summary>
public sealed class InitTests(SharedServer server) : IClassFixture<SharedServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("rows.csv", "y", "rows")]
    [InlineData("My Rows.csv", "the label", "my-rows")]
    [InlineData("it's a 'table' (new), & more.csv", "it's: \"y\" #2", "it-s-a--table---new-----more")]
    [InlineData("data & more/Größe – \"x\".csv", "Größe", "gr--e----x")]
    [InlineData("- [a], {b}.csv", "- [y]", "a----b")]
    [InlineData("true.csv", "true", "true")]
    [InlineData("1.csv", "1", "1")]
    public async Task What_init_writes_apply_takes(string file, string label, string model)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(Path.GetDirectoryName(folder.File(file))!);
        await File.WriteAllTextAsync(folder.File(file), SmallProject.Table($"x,\"the 'word', it is\",\"{label.Replace("\"", "\"\"", StringComparison.Ordinal)}\""), Cancel);

        var init = await server.Up.RunAsync(["init", "--data", file, "--label", label, "--json"], Cancel, folder.Path);
        Assert.True(init.ExitCode == 0, init.Errors);
        Assert.Equal(model, (string)init.Json["model"]!);

        var applied = await server.Up.RunAsync(["apply"], Cancel, folder.Path);
        Assert.True(applied.ExitCode == 0, $"{applied.Errors}\n{await File.ReadAllTextAsync(folder.File("slipway.yaml"), Cancel)}");
        Assert.Contains($"{model}@1.0.0", applied.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_time_column_with_an_odd_name_is_taken()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("rows.csv"), SmallProject.Table("\"when: it's\",word,y", i => $"2024-01-01 {i / 60:00}:{i % 60:00}:00"), Cancel);

        var init = await server.Up.RunAsync(["init", "--data", "rows.csv", "--label", "y", "--time", "when: it's", "--model", "timed"], Cancel, folder.Path);
        Assert.True(init.ExitCode == 0, init.Errors);

        var applied = await server.Up.RunAsync(["apply"], Cancel, folder.Path);
        Assert.True(applied.ExitCode == 0, applied.Errors);
    }

    [Fact]
    public async Task A_file_that_is_there_is_never_overwritten()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("slipway.yaml"), "mine", Cancel);

        var result = await server.Up.RunAsync(["init", "--data", "rows.csv", "--label", "y", "--json"], Cancel, folder.Path);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("slipway.yaml", (string)result.Json["error"]!, StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(folder.File("slipway.yaml"), Cancel));
    }

    [Fact]
    public async Task A_file_name_that_leaves_no_name_for_a_model_asks_for_one_and_writes_nothing()
    {
        using var folder = new TemporaryFolder();

        var result = await server.Up.RunAsync(["init", "--data", "表.csv", "--label", "y"], Cancel, folder.Path);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("--model", result.Errors, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Theory]
    [InlineData("/etc/passwd", "absolute")]
    [InlineData("../rows.csv", "..")]
    [InlineData("rows#1.csv", "#")]
    [InlineData("", "empty")]
    public async Task A_file_that_apply_would_refuse_is_refused_at_once(string file, string names)
    {
        using var folder = new TemporaryFolder();

        var result = await server.Up.RunAsync(["init", "--data", file, "--label", "y", "--model", "rows"], Cancel, folder.Path);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(names, result.Errors, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }
}
