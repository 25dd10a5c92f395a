using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Slipway.EndToEnd.Tests;

/// <summary>What goes wrong for real people: each gets one clear sentence and an exit code, no trace, and leaves nothing behind.</summary>
public sealed class BadInputTests(SharedServer server) : IClassFixture<SharedServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, string> Projects => new()
    {
        // what is wrong, what the yaml changes, what the sentence must name
        { "no such file", "sql: select * from 'nowhere.csv'", "nowhere.csv" },
        { "empty file", "sql: select * from 'empty.csv'", "" },
        { "header only", "sql: select * from 'header.csv'", "no rows" },
        { "damaged gzip", "sql: select * from 'damaged.csv.gz'", "" },
        { "SQL error", "sql: selct * from 'rows.csv'", "slipway.yaml(3)" },
        { "outside the project", "sql: select * from read_text('/etc/passwd')", "" },
        { "label missing", "label: nothing", "nothing" },
        { "label constant", "label: same", "same" },
        { "label not numeric", "label: word", "word" },
        { "time not a time", "time: word", "word" },
    };

    [Theory]
    [MemberData(nameof(Projects))]
    public async Task Wrong_data_is_explained_in_one_sentence(string what, string change, string names)
    {
        Assert.NotEmpty(what);
        using var folder = new TemporaryFolder();
        WriteData(folder);
        var key = change[..change.IndexOf(':', StringComparison.Ordinal)];
        var lines = new List<string> { "model: wrong", "data:", "  sql: select * from 'rows.csv'", "  label: y", "train:", "  task: regression", "  parameters: { rounds: 5 }" };
        if (key == "time")
        {
            lines.Insert(4, $"  {change}");
        }
        else
        {
            lines[key == "sql" ? 2 : 3] = $"  {change}";
        }

        await File.WriteAllLinesAsync(folder.File("slipway.yaml"), lines, Cancel);

        var result = await server.Up.RunAsync(["apply"], Cancel, folder.Path);

        Assert.Equal(2, result.ExitCode);
        AssertOneSentence(result.Errors, names);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(server.Up.Folder, "slipway-data", "work")));
    }

    [Fact]
    public async Task A_file_with_five_mistakes_reports_five_without_a_server()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(
            folder.File("slipway.yaml"),
            """
            model: Wrong Name
            data:
              sqll: select 1
              label: y
            train:
              task: regresion
              split: { by: time, test: 120% }
            deploy:
              approval: maybe
            """,
            Cancel);

        var result = await Slip.RunAsync(folder.Path, ["apply", "--server", "http://127.0.0.1:9"], Cancel);

        Assert.Equal(2, result.ExitCode);
        foreach (var key in new[] { "model", "data.sqll", "train.task", "train.split.test", "deploy.approval" })
        {
            Assert.Contains(result.Errors.Split('\n'), line => line.Contains("slipway.yaml(", StringComparison.Ordinal) && line.Contains(key, StringComparison.Ordinal));
        }

        Assert.Contains("Did you mean 'sql'?", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_server_a_right_file_ends_with_three()
    {
        using var folder = new TemporaryFolder();
        WriteData(folder);
        await File.WriteAllTextAsync(folder.File("slipway.yaml"), "model: right\ndata:\n  sql: select * from 'rows.csv'\n  label: y\n", Cancel);

        var result = await Slip.RunAsync(folder.Path, ["apply", "--server", "http://127.0.0.1:9"], Cancel);

        Assert.Equal(3, result.ExitCode);
        AssertOneSentence(result.Errors, "slipway up");
    }

    [Theory]
    [InlineData("linear.onnx", 0.5)]
    [InlineData("external-parent.onnx", 1)]
    public async Task An_artifact_that_is_truncated_or_reaches_outside_is_refused(string model, double share)
    {
        using var folder = new TemporaryFolder();
        var bytes = await File.ReadAllBytesAsync(Path.Combine(Repository.Root, "tests/Slipway.Core.Tests/Inference/data", model), Cancel);
        await File.WriteAllBytesAsync(folder.File("model.onnx"), bytes[..(int)(bytes.Length * share)], Cancel);
        await File.WriteAllTextAsync(folder.File("slipway.yaml"), "model: wrong\nartifact: model.onnx\n", Cancel);

        var result = await server.Up.RunAsync(["apply"], Cancel, folder.Path);

        Assert.Equal(2, result.ExitCode);
        AssertOneSentence(result.Errors, "model.onnx");
    }

    [Theory]
    [InlineData("exit 3", "1 h", "3")]
    [InlineData("sleep 1000", "1 s", "1 s")]
    [InlineData("true", "1 h", "")]
    public async Task A_command_that_fails_hangs_or_writes_nothing_is_explained(string command, string timeout, string names)
    {
        using var folder = new TemporaryFolder();
        WriteData(folder);
        await File.WriteAllTextAsync(
            folder.File("slipway.yaml"),
            $"model: wrong\ndata:\n  sql: select * from 'rows.csv'\n  label: y\ntrain:\n  task: regression\n  command: [sh, -c, '{command}']\n  timeout: {timeout}\n",
            Cancel);

        var result = await server.Up.RunAsync(["apply"], Cancel, folder.Path);

        Assert.Equal(1, result.ExitCode);
        AssertOneSentence(result.Errors, names);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(server.Up.Folder, "slipway-data", "work")));
    }

    [Fact]
    public async Task A_port_in_use_is_named()
    {
        using var folder = new TemporaryFolder();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        var result = await Slip.RunAsync(folder.Path, ["up", "--http", $"{taken.LocalEndpoint}", "--grpc", "127.0.0.1:0"], Cancel);

        Assert.Equal(1, result.ExitCode);
        AssertOneSentence(result.Errors, $"{((IPEndPoint)taken.LocalEndpoint).Port}");
    }

    [Fact]
    public async Task A_data_folder_in_use_is_named()
    {
        var result = await Slip.RunAsync(server.Up.Folder, ["up", "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0"], Cancel);

        Assert.NotEqual(0, result.ExitCode);
        AssertOneSentence(result.Errors, "in use");
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_one_is_named()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("file"), "", Cancel);

        var result = await Slip.RunAsync(folder.Path, ["up", "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0", "--data", folder.File("file")], Cancel);

        Assert.Equal(2, result.ExitCode);
        AssertOneSentence(result.Errors, folder.File("file"));
    }

    [Fact]
    public async Task Wrong_settings_are_reported_all_at_once()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("slipway-server.yaml"), "http: nowhere\ncolour: blue\n", Cancel);

        var result = await Slip.RunAsync(folder.Path, ["up", "--grpc", "0.0.0.0:5081"], Cancel, new Dictionary<string, string?> { ["SLIPWAY__INSECURE"] = "perhaps" });

        Assert.Equal(2, result.ExitCode);
        foreach (var words in new[] { "slipway-server.yaml(1,", "colour", "SLIPWAY__INSECURE", "other machines" })
        {
            Assert.Contains(words, result.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Wrong_flags_and_verbs_end_with_two()
    {
        using var folder = new TemporaryFolder();

        foreach (var arguments in new string[][] { ["aply"], ["up", "--no-such-flag"], ["deploy"], ["predict", "x", "--row", "{"] })
        {
            var result = await Slip.RunAsync(folder.Path, arguments, Cancel);
            Assert.Equal(2, result.ExitCode);
            Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_disk_that_fills_while_training_is_explained_and_what_was_there_still_answers()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("disk"));
        Assert.SkipUnless(await MountAsync(folder.File("disk")), "Mounting a small file system needs root.");
        try
        {
            WriteData(folder, rows: 4_000);
            await File.WriteAllTextAsync(folder.File("slipway.yaml"), Yaml("small", 5), Cancel);
            await using var up = await UpServer.StartAsync(folder.Path, Cancel, "--data", folder.File("disk/data"));
            var first = await up.RunAsync(["apply"], Cancel);
            Assert.True(first.ExitCode == 0, first.Errors);
            await File.WriteAllTextAsync(folder.File("slipway.yaml"), Yaml("large", 1_000), Cancel);

            var full = await up.RunAsync(["apply"], Cancel);

            Assert.NotEqual(0, full.ExitCode);
            AssertOneSentence(full.Errors, "full");
            var answered = await up.RunAsync(["predict", "small", "--row", "{\"x\": 1, \"same\": 1, \"word\": \"a\"}"], Cancel);
            Assert.True(answered.ExitCode == 0, answered.Errors);
            Assert.Empty(Directory.GetFileSystemEntries(folder.File("disk/data/work")));
        }
        finally
        {
            await RunAsync("umount", folder.File("disk"));
        }

        static string Yaml(string model, int rounds) =>
            $"model: {model}\ndata:\n  sql: select * from 'rows.csv'\n  label: y\ntrain:\n  task: regression\n  parameters: {{ rounds: {rounds}, num_leaves: 255, min_data_in_leaf: 1 }}\n";
    }

    private static async Task<bool> MountAsync(string path) => await RunAsync("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", path) == 0;

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync(Cancel);
        return process.ExitCode;
    }

    private static void AssertOneSentence(string errors, string names)
    {
        Assert.Contains(names, errors, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", errors, StringComparison.Ordinal);
        Assert.InRange(errors.Trim().Split('\n').Length, 1, 6);
        Assert.InRange(errors.Trim().Length, 20, 1500);
    }

    private static void WriteData(TemporaryFolder folder, int rows = 200)
    {
        var random = new Random(3);
        var text = new StringBuilder("x,same,word,y\n");
        for (var i = 0; i < rows; i++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{random.NextDouble():R},1,{(i % 2 == 0 ? "a" : "b")},{random.NextDouble():R}\n");
        }

        File.WriteAllText(folder.File("rows.csv"), text.ToString());
        File.WriteAllText(folder.File("empty.csv"), "");
        File.WriteAllText(folder.File("header.csv"), "x,same,word,y\n");
        using (var gzip = new GZipStream(File.Create(folder.File("damaged.csv.gz")), CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text.ToString()));
        }

        var bytes = File.ReadAllBytes(folder.File("damaged.csv.gz"));
        File.WriteAllBytes(folder.File("damaged.csv.gz"), bytes[..(bytes.Length / 2)]);
    }
}
