using System.Globalization;
using Slipway.Core.Errors;
using Slipway.Core.Projects;
using Slipway.Training;

namespace Slipway.Develop.Tests.Training;

public sealed class CommandTrainerTests(TrainingHost host) : IClassFixture<TrainingHost>
{
    private const string Rows = """
        select timestamp '2026-01-01' + to_hours(i) as at, case when i % 7 = 0 then null else i end as x,
               case i % 3 when 0 then 'a,"b"' when 1 then '' end as word, i * 2.5 as y
        from range(200) t(i)
        """;

    // What a program may leave behind for the next line to read; every test has its own.
    private readonly string _script = $"train-{Guid.NewGuid():N}.sh";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_program_that_writes_model_and_metrics_is_a_trainer()
    {
        var job = await JobAsync($$"""
            cp {{await ModelAsync()}}/* "$SLIPWAY_MODEL_DIR"
            echo '{"epochs": 12, "rmse": 0}' > "$SLIPWAY_METRICS"
            """);

        var model = await host.TrainAsync(job);

        Assert.Equal(["model.json", "model.txt"], Directory.EnumerateFiles(model.Folder).Select(Path.GetFileName).Order());
        Assert.Equal(["x", "word"], model.Signature.Inputs.Select(i => i.Name));
        Assert.Equal(12, model.Metrics["epochs"]);
        Assert.NotEqual(0, model.Metrics["rmse"]);
        Assert.Equal(Enumerable.Range(160, 40), model.TestRows);
        Assert.Equal("command", model.Recipe["algorithm"]);
        Assert.Equal($$"""["sh","{{_script}}"]""", model.Recipe["command"]);
        Assert.Empty(Directory.EnumerateFileSystemEntries(host.Work));
    }

    [Fact]
    public async Task It_finds_the_rows_as_CSV_in_order_with_missing_and_empty_apart()
    {
        var job = await JobAsync($"""
            cp "$SLIPWAY_TRAIN" train.csv; cp "$SLIPWAY_TEST" test.csv
            {await GoodAsync()}
            """);

        await host.TrainAsync(job);

        var train = await File.ReadAllTextAsync(Path.Combine(host.Project, "train.csv"), Cancel);
        var test = await File.ReadAllLinesAsync(Path.Combine(host.Project, "test.csv"), Cancel);
        Assert.StartsWith("at,x,word,y\n2026-01-01T00:00:00Z,,\"a,\"\"b\"\"\",0\n2026-01-01T01:00:00Z,1,\"\",2.5\n2026-01-01T02:00:00Z,2,,5\n", train, StringComparison.Ordinal);
        Assert.Equal(161, train.Count(c => c == '\n'));
        Assert.Equal(41, test.Length);
        Assert.StartsWith("2026-01-07T16:00:00Z,160,", test[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_sees_nothing_of_the_servers_environment()
    {
        Environment.SetEnvironmentVariable("SLIPWAY__KEY", "secret");
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "secret");
        var job = await JobAsync($"""
            env > seen.txt; cat >> seen.txt
            {await GoodAsync()}
            """);

        await host.TrainAsync(job with { Train = job.Train with { Seed = 7, Threads = 3, Parameters = new Dictionary<string, string> { ["depth"] = "4" } } });

        var seen = await File.ReadAllLinesAsync(Path.Combine(host.Project, "seen.txt"), Cancel);
        var names = seen.Select(l => l.Split('=')[0]).Except(["PWD", "OLDPWD", "SHLVL", "_"]).Order(StringComparer.Ordinal);
        Assert.Equal(
            ["HOME", "LANG", "PATH", "SLIPWAY_LABEL", "SLIPWAY_METRICS", "SLIPWAY_MODEL_DIR", "SLIPWAY_PARAMETERS", "SLIPWAY_SEED", "SLIPWAY_TASK", "SLIPWAY_TEST", "SLIPWAY_THREADS", "SLIPWAY_TIME", "SLIPWAY_TRAIN", "TMPDIR"],
            names);
        Assert.Contains("SLIPWAY_SEED=7", seen);
        Assert.Contains("SLIPWAY_THREADS=3", seen);
        Assert.Contains("SLIPWAY_LABEL=y", seen);
        Assert.Contains("SLIPWAY_TASK=regression", seen);
        Assert.Contains("SLIPWAY_PARAMETERS={\"depth\":\"4\"}", seen);
    }

    [Theory]
    [InlineData("echo reading; echo 'no module named torch' >&2; exit 3", ErrorKind.Failed, "exit code 3. Its last lines: ")]
    [InlineData("exit 4", ErrorKind.Failed, "exit code 4. It wrote nothing to its output.")]
    [InlineData("GOODMETRICS", ErrorKind.Failed, "wrote no model")]
    [InlineData("GOODMODEL", ErrorKind.Failed, "wrote no metrics")]
    [InlineData("GOODMETRICS; echo tree > $SLIPWAY_MODEL_DIR/model.txt", ErrorKind.Failed, "The model that train.command wrote cannot be used")]
    [InlineData("GOODMETRICS; echo x > $SLIPWAY_MODEL_DIR/weights.pkl", ErrorKind.Failed, "The model that train.command wrote cannot be used")]
    [InlineData("GOODMODEL; echo 'rmse: 4' > $SLIPWAY_METRICS", ErrorKind.Failed, "metrics that are no JSON")]
    [InlineData("GOODMODEL; echo '[1]' > $SLIPWAY_METRICS", ErrorKind.Failed, "metrics that are a JSON Array")]
    [InlineData("GOODMODEL; echo '{\"rmse\": \"low\"}' > $SLIPWAY_METRICS", ErrorKind.Failed, "'rmse' as \"low\"")]
    [InlineData("GOODMODEL; echo '{\"rmse\": 1e999}' > $SLIPWAY_METRICS", ErrorKind.Failed, "no finite number")]
    [InlineData("GOODMODEL; ln -s /etc/passwd $SLIPWAY_METRICS", ErrorKind.Failed, "wrote no metrics")]
    [InlineData("GOODMODEL; head -c 2000000 /dev/zero > $SLIPWAY_METRICS", ErrorKind.Failed, "2000000 bytes of metrics")]
    public async Task A_program_that_goes_wrong_is_one_sentence_and_leaves_nothing(string script, ErrorKind kind, string sentence)
    {
        var model = await ModelAsync();
        var job = await JobAsync(script
            .Replace("GOODMODEL", $"cp {model}/* $SLIPWAY_MODEL_DIR", StringComparison.Ordinal)
            .Replace("GOODMETRICS", "echo '{}' > $SLIPWAY_METRICS", StringComparison.Ordinal));

        var error = await Assert.ThrowsAsync<SlipwayException>(() => host.TrainAsync(job));

        Assert.Equal(kind, error.Kind);
        Assert.Contains(sentence, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Empty(Directory.EnumerateFileSystemEntries(job.OutputFolder));
        Assert.Empty(Directory.EnumerateFileSystemEntries(host.Work));
    }

    [Fact]
    public async Task A_program_that_hangs_is_stopped_with_its_children()
    {
        var job = await JobAsync("""
            echo working
            sleep 300 & echo $! > child.txt
            wait
            """);

        var error = await Assert.ThrowsAsync<SlipwayException>(() => host.TrainAsync(job with { Train = job.Train with { CommandTimeout = TimeSpan.FromSeconds(1.5) } }));

        Assert.Equal(ErrorKind.Timeout, error.Kind);
        Assert.Contains("stopped after 1.5 seconds", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("Its last lines: working", error.Message, StringComparison.Ordinal);
        Assert.False(IsRunning(await File.ReadAllTextAsync(Path.Combine(host.Project, "child.txt"), Cancel)));
    }

    [Fact]
    public async Task Cancelling_stops_the_program_and_leaves_nothing()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var job = await JobAsync("""
            echo half > "$SLIPWAY_MODEL_DIR/model.txt"; echo $$ > self.txt; mv self.txt started.txt
            sleep 300
            """);
        using var started = new FileSystemWatcher(host.Project, "started.txt");
        started.Renamed += (_, _) => cancel.Cancel();
        started.EnableRaisingEvents = true;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.TrainAsync(job, cancel: cancel.Token));

        Assert.False(IsRunning(await File.ReadAllTextAsync(Path.Combine(host.Project, "started.txt"), Cancel)));
        Assert.Empty(Directory.EnumerateFileSystemEntries(job.OutputFolder));
        Assert.Empty(Directory.EnumerateFileSystemEntries(host.Work));
    }

    [Fact]
    public async Task A_flood_of_output_is_read_away_and_only_its_end_is_shown()
    {
        var job = await JobAsync("head -c 30000000 /dev/zero; i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done; exit 1");

        var error = await Assert.ThrowsAsync<SlipwayException>(() => host.TrainAsync(job));

        Assert.EndsWith("line 1998 | line 1999", error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Message.Length, 0, 3500);
    }

    [Theory]
    [InlineData("no-such-program")]
    [InlineData("./no-such-script")]
    public async Task A_program_that_is_not_there_is_named(string program)
    {
        var job = await JobAsync("exit 0");

        var error = await Assert.ThrowsAsync<SlipwayException>(() => host.TrainAsync(job with { Train = job.Train with { Command = [program] } }));

        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.Contains($"'{program}', which is not there", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_shell_reads_the_arguments()
    {
        var job = await JobAsync("exit 0");

        var error = await Assert.ThrowsAsync<SlipwayException>(
            () => host.TrainAsync(job with { Train = job.Train with { Command = ["sh", "-c", "echo \"$1\"; exit 1", "sh", "$(id); `id` > made.txt"] } }));

        Assert.EndsWith("Its last lines: $(id); `id` > made.txt", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(host.Project, "made.txt")));
    }

    [Fact]
    public async Task Where_the_operator_does_not_allow_commands_none_runs()
    {
        await using var strict = new TrainingHost(allowCommands: false);
        await strict.InitializeAsync();
        var job = await strict.JobAsync(Rows, "y", new TrainSection { Task = "regression", Command = ["sh", "-c", "echo > ran.txt"] }, "at");

        var error = await Assert.ThrowsAsync<SlipwayException>(() => strict.TrainAsync(job));

        Assert.Equal(ErrorKind.Forbidden, error.Kind);
        Assert.False(File.Exists(Path.Combine(strict.Project, "ran.txt")));
    }

    [Fact]
    public async Task A_search_over_a_command_is_refused()
    {
        var job = await JobAsync("exit 0");
        var search = new SearchSection(2, new Dictionary<string, SearchRange> { ["depth"] = new(1, 2, true) });

        var error = await Assert.ThrowsAsync<SlipwayException>(() => host.TrainAsync(job with { Train = job.Train with { Search = search } }));

        Assert.Contains("train.search", error.Message, StringComparison.Ordinal);
    }

    private static bool IsRunning(string pid)
    {
        // A process that has ended but was not collected yet is a zombie: it runs no more.
        var status = $"/proc/{int.Parse(pid, CultureInfo.InvariantCulture)}/status";
        return File.Exists(status) && !File.ReadAllText(status).Contains("State:\tZ", StringComparison.Ordinal);
    }

    private async Task<TrainingJob> JobAsync(string script)
    {
        await File.WriteAllTextAsync(Path.Combine(host.Project, _script), script.ReplaceLineEndings("\n") + "\n", Cancel);
        return await host.JobAsync(Rows, "y", new TrainSection { Task = "regression", Command = ["sh", _script] }, "at");
    }

    private async Task<string> GoodAsync() => $$"""cp {{await ModelAsync()}}/* "$SLIPWAY_MODEL_DIR"; echo '{}' > "$SLIPWAY_METRICS" """;

    /// <summary>A folder with a model as the program would have trained it.</summary>
    private async Task<string> ModelAsync() =>
        (await host.TrainAsync(await host.JobAsync(Rows, "y", new TrainSection { Task = "regression", Algorithm = "lightgbm", Rounds = 5 }, "at"))).Folder;
}
