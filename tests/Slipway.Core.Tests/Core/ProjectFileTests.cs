using Slipway.Core.Errors;
using Slipway.Core.Projects;

namespace Slipway.Core.Tests.Core;

public sealed class ProjectFileTests
{
    [Fact]
    public void Everything_that_is_available_is_read()
    {
        var project = ProjectFile.Parse(ProjectExamples.Available, "slipway.yaml");

        Assert.Equal(("bike-demand", "mobility", null), (project.Model, project.Owner, project.Artifact));
        Assert.StartsWith("Rentals in the next hour", project.Description, StringComparison.Ordinal);
        Assert.Equal(("event_time", "cnt", 7), (project.Data!.Time, project.Data.Label, project.Data.SqlLine));
        Assert.StartsWith("select dteday", project.Data.Sql, StringComparison.Ordinal);
        var train = project.Train!;
        Assert.Equal(("regression", "lightgbm", 400, 2, 7), (train.Task, train.Algorithm, train.Rounds, train.Threads, train.Seed));
        Assert.Equal(
            new Dictionary<string, string> { ["num_leaves"] = "63", ["learning_rate"] = "0.05", ["boosting"] = "gbdt", ["extra_trees"] = "true" },
            train.Parameters);
        Assert.Equal(20, train.Search!.Trials);
        Assert.Equal(new SearchRange(15, 255, Integer: true), train.Search.Ranges["num_leaves"]);
        Assert.Equal(new SearchRange(0.01, 0.3, Integer: false), train.Search.Ranges["learning_rate"]);
        Assert.Equal(new SplitSection("time", 0.2), train.Split);
        Assert.Equal(
            [new MetricLimit("rmse", "<=", 60, "<= 60"), new MetricLimit("r2", ">=", 0.85, ">= 85%"), new MetricLimit("mape", "<", 0.1, "< 1e-1")],
            project.Validate!.Performance);
        Assert.Equal(new ChampionGate("rmse", new Margin(0.02, Relative: true)), project.Validate.Champion);
        Assert.Equal(["season"], project.Data.Segments);
        var deploy = project.Deploy!;
        Assert.Equal(("bikes", ApprovalPolicy.Required, "canary", "safe", 0.01, "rollback"), (deploy.Name, deploy.Approval, deploy.Strategy, deploy.Advance, deploy.Alpha, deploy.Inconclusive));
        Assert.Equal([new CanaryStep(0.25, TimeSpan.FromDays(30)), new CanaryStep(0.5, TimeSpan.FromHours(2))], deploy.Steps);
        Assert.Equal(
            [new Guardrail("error_rate", new Margin(0.005, Relative: false), 0, 1), new Guardrail("absolute_error", new Margin(0.04, Relative: true), 0, 500)], deploy.Guardrails);
        Assert.Equal(["season"], deploy.Segments);
        var serve = project.Serve!;
        Assert.Equal((TimeSpan.FromMilliseconds(500), 128, TimeSpan.FromMilliseconds(2), 500), (serve.Timeout, serve.MaxSize, serve.MaxDelay, serve.Queue));
        Assert.Equal([16, 32], serve.PreferredSizes);
        Assert.Equal((TimeSpan.FromMinutes(5), 200_000_000, 2, 4, "cuda:1"), (serve.CacheFor, serve.CacheBytes, serve.Instances, serve.Threads, serve.Device));
        var monitor = project.Monitor;
        Assert.Equal((TimeSpan.FromDays(30), 0.3, 0.1, "mae", 0.1, 0.02), (monitor.Window, monitor.Psi, monitor.Kl, monitor.Metric, monitor.Degradation, monitor.Errors));
        Assert.Equal([new LatencyLimit(0.95, TimeSpan.FromMilliseconds(100), "< 100 ms"), new LatencyLimit(0.99, TimeSpan.FromSeconds(1), "<= 1 s")], monitor.Latency);
        Assert.Equal(["log", "webhook:https://hooks.example.org/x"], monitor.Notify);
        Assert.Equal(0.1, monitor.Log.Sample);
        Assert.Equal(["customer_id", "segment:region"], monitor.Log.Redact);
        Assert.Equal(
            new RetrainSection { All = true, Schedule = "0 2 * * MON", Performance = true, NewLabels = 10_000, Cooldown = TimeSpan.FromHours(12), Then = "blue-green" }, project.Retrain);
        Assert.Empty(project.NotAvailable);
        project.ThrowIfNotAvailable();
    }

    [Fact]
    public void What_is_not_built_yet_is_checked_and_then_named_with_its_place()
    {
        var project = ProjectFile.Parse(ProjectExamples.Complete, "slipway.yaml");

        Assert.Equal(
            [
                "validate.robustness", "validate.latency", "validate.resources",
                "deploy.steps[0].shadow", "deploy.guardrails[1].metric",
                "monitor.resources",
            ],
            project.NotAvailable.Select(p => p.Key));
        Assert.All(project.NotAvailable, p => Assert.Contains("not available yet", p.Message, StringComparison.Ordinal));
        Assert.Equal("slipway.yaml(23,3): validate.robustness: This is not available yet. Remove it to go on without it.", project.NotAvailable[0].ToString());
        var error = Assert.Throws<SlipwayException>(project.ThrowIfNotAvailable);
        Assert.Equal((ErrorKind.NotAvailable, 6), (error.Kind, error.Details.Count));
        Assert.Equal("slipway.yaml has 6 settings that are not available yet:", error.Message);
    }

    [Theory]
    [InlineData("deploy: { strategy: canary, guardrails: [{ metric: error_rate, margin: 10% }] }", "deploy.guardrails[0].margin")]
    [InlineData("deploy: { strategy: shadow, steps: [{ shadow: 5%, for: 1 d }] }", "deploy.strategy")]
    [InlineData("monitor: { baseline: lastWeek }", "monitor.baseline")]
    [InlineData("monitor: { performance: { metric: auc, degradation: 5% } }", "monitor.performance.metric")]
    public void Some_values_are_right_but_not_available_yet(string section, string key)
    {
        var project = ProjectFile.Parse($"{ProjectExamples.Finished}\n{section}\n", "slipway.yaml");

        Assert.Equal(key, project.NotAvailable[0].Key);
    }

    [Fact]
    public void A_canary_without_steps_takes_the_usual_ones()
    {
        var project = ProjectFile.Parse($"{ProjectExamples.Finished}\ndeploy: {{ strategy: canary, guardrails: [{{ metric: accuracy, margin: 1 pp }}] }}\n", "slipway.yaml");

        Assert.Equal([0.05, 0.25, 0.5], project.Deploy!.Steps.Select(s => s.Weight));
    }

    [Fact]
    public void S3_is_not_available_yet()
    {
        var project = ProjectFile.Parse("model: m\ndata: { sql: \"select * from 'S3://bucket/x.parquet'\", label: y }\n", "slipway.yaml");

        Assert.Equal("data.sql", Assert.Single(project.NotAvailable).Key);
    }

    [Fact]
    public void A_program_of_ones_own_may_train()
    {
        var train = ProjectFile.Parse(ProjectExamples.Income, "slipway.yaml").Train!;

        Assert.Null(train.Algorithm);
        Assert.Equal(["python3", "train.py", "--fast"], train.Command);
        Assert.Equal(TimeSpan.FromMinutes(30), train.CommandTimeout);
        Assert.Equal("3", train.Parameters["depth"]);
    }

    [Fact]
    public void What_is_left_out_has_a_working_default()
    {
        var finished = ProjectFile.Parse(ProjectExamples.Finished, "slipway.yaml");
        Assert.Equal("models/digits.onnx", finished.Artifact);
        Assert.Equal(new DeploySection { Name = "digits" }, finished.Deploy);
        Assert.Null(finished.Data);
        Assert.Null(finished.Train);
        Assert.Null(finished.Validate);
        Assert.Null(finished.Retrain);
        Assert.Equal((TimeSpan.FromDays(1), 0.25, 0.1, null, 0.05, 0.01), (finished.Monitor.Window, finished.Monitor.Psi, finished.Monitor.Kl, finished.Monitor.Metric, finished.Monitor.Degradation, finished.Monitor.Errors));

        var trained = ProjectFile.Parse("model: m\ndata: { sql: select 1, label: y }\ntrain: { task: binary }\ndeploy: { name: d }\n", "slipway.yaml");
        Assert.Equal(new DeploySection { Name = "d" }, trained.Deploy);
        Assert.Equal("lightgbm", trained.Train!.Algorithm);
        Assert.Equal((200, 2, 1), (trained.Train.Rounds, trained.Train.Threads, trained.Train.Seed));
        Assert.Equal(new SplitSection(null, 0.2), trained.Train.Split);
        Assert.Equal(2, trained.Data!.SqlLine);
    }

    [Theory]
    [InlineData("\ufeff")]
    [InlineData("# a comment\n---\n")]
    [InlineData("%YAML 1.2\n---\n")]
    public void What_may_stand_before_the_first_key_is_no_mistake(string before) =>
        Assert.Equal("digits", ProjectFile.Parse(before + ProjectExamples.Finished, "slipway.yaml").Model);

    [Fact]
    public void Windows_line_ends_change_nothing()
    {
        var windows = ProjectFile.Parse(ProjectExamples.Available.ReplaceLineEndings("\r\n"), "slipway.yaml");

        Assert.Equal(7, windows.Data!.SqlLine);
        Assert.DoesNotContain('\r', windows.Data.Sql);
    }

    [Fact]
    public async Task A_file_is_read_from_disk_within_its_bound()
    {
        var folder = Directory.CreateTempSubdirectory("slipway-project-").FullName;
        try
        {
            var path = Path.Combine(folder, "slipway.yaml");
            var missing = await Assert.ThrowsAsync<SlipwayException>(() => ProjectFile.ReadAsync(path, TestContext.Current.CancellationToken));
            Assert.Equal(ErrorKind.InvalidInput, missing.Kind);
            Assert.Contains("slipway init", missing.Message, StringComparison.Ordinal);

            await File.WriteAllTextAsync(path, ProjectExamples.Finished, TestContext.Current.CancellationToken);
            Assert.Equal(ProjectExamples.Finished, await ProjectFile.ReadAsync(path, TestContext.Current.CancellationToken));

            await File.WriteAllBytesAsync(path, [0x6d, 0xff, 0xfe], TestContext.Current.CancellationToken);
            Assert.Contains("UTF-8", (await Assert.ThrowsAsync<SlipwayException>(() => ProjectFile.ReadAsync(path, TestContext.Current.CancellationToken))).Message, StringComparison.Ordinal);

            await File.WriteAllBytesAsync(path, new byte[10_000_000], TestContext.Current.CancellationToken);
            Assert.Equal(ErrorKind.TooLarge, (await Assert.ThrowsAsync<SlipwayException>(() => ProjectFile.ReadAsync(path, TestContext.Current.CancellationToken))).Kind);

            Assert.Equal(ErrorKind.InvalidInput, (await Assert.ThrowsAsync<SlipwayException>(() => ProjectFile.ReadAsync(folder, TestContext.Current.CancellationToken))).Kind);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
