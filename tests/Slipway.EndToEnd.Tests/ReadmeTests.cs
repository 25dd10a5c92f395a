using System.Text.RegularExpressions;

namespace Slipway.EndToEnd.Tests;

/// <summary>What README.md and docs/guide.md tell people to type is typed here.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string[] FreePorts = ["--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_command_of_the_README_and_every_call_of_the_guide_works()
    {
        AssertCurlIsThere();
        using var folder = new TemporaryFolder();
        var data = folder.File("data");
        UpServer? server = null;
        UpServer? models = null;
        var predictions = new Dictionary<string, string>();
        var headers = folder.File("headers");
        try
        {
            foreach (var command in await ReadCommandsAsync())
            {
                switch (command)
                {
                    case "./test":
                        // It runs this very test, so it is not run here.
                        Assert.True(IsExecutable("test"), "./test is not executable.");
                        break;
                    case "./slipway demo":
                        var demo = await BashAsync($"{command} --exit {string.Join(' ', FreePorts)} --data '{data}'", address: null);
                        Assert.Contains("0 failed", demo.Output, StringComparison.Ordinal);
                        break;
                    case "./slipway up":
                        server = await UpServer.StartAsync(folder.Path, Cancel, "--data", data);
                        break;
                    case "./slipway up --models bench/load/model":
                        models = await UpServer.StartAsync(folder.Path, Cancel, "--data", folder.File("models"), "--models", Path.Combine(Repository.Root, "bench/load/model"));
                        break;
                    case "./slipway apply -f samples/income/slipway.yaml":
                        Assert.Contains("income@1.0.0", (await BashAsync(command, server!.Address)).Output, StringComparison.Ordinal);
                        break;
                    case "./slipway status":
                        var status = await BashAsync(command, server!.Address);
                        Assert.Contains("income@1.0.0", status.Output, StringComparison.Ordinal);
                        Assert.Contains("bike-demand@1.0.1", status.Output, StringComparison.Ordinal);
                        break;
                    case var predict when predict.StartsWith("./slipway predict income --row ", StringComparison.Ordinal):
                        Assert.Contains("income 1.0.0", (await BashAsync(predict, server!.Address)).Output, StringComparison.Ordinal);
                        break;
                    case var curl when curl.StartsWith("curl http://127.0.0.1:5080/v2/models/bikes", StringComparison.Ordinal):
                        var answer = (await BashAsync(Curl(curl, server!), server!.Address)).Json;
                        Assert.Equal("bikes", (string?)answer["model_name"] ?? (string?)answer["name"]);
                        if (curl.Contains("/infer", StringComparison.Ordinal))
                        {
                            Assert.Equal("request-7", (string)answer["id"]!);
                            Assert.Equal("1.0.1", (string)answer["model_version"]!);
                            Assert.InRange((double)answer["outputs"]![0]!["data"]![0]!, 50, 1000);
                            predictions[answer["outputs"]![0]!["data"]!.ToJsonString()] = curl;
                        }

                        break;
                    case var curl when models is not null && (curl.Contains("/v2/repository/", StringComparison.Ordinal) || curl.EndsWith("/v2/models/model", StringComparison.Ordinal)):
                        var told = await BashAsync(Curl(curl, models), models.Address);
                        Assert.True(curl.Contains("load", StringComparison.Ordinal) || told.Output.Contains("\"name\":\"model\"", StringComparison.Ordinal), told.Output);
                        break;
                    case var curl when curl.Contains("/v1/models/bikes", StringComparison.Ordinal) || curl.Contains("/deployments/bikes/invocations", StringComparison.Ordinal):
                        var scored = (await BashAsync(Curl(curl, server!, $"--dump-header '{headers}'"), server!.Address)).Json;
                        Assert.Contains("Slipway-Model-Version: 1.0.1", await File.ReadAllTextAsync(headers, Cancel), StringComparison.OrdinalIgnoreCase);
                        predictions[(scored["predictions"] ?? scored["outputs"] ?? scored["results"])!.ToJsonString()] = curl;
                        break;
                    case "export MLFLOW_TRACKING_URI=http://127.0.0.1:5080":
                        // For MLflow's own client; its calls are the next commands.
                        break;
                    case var export when export.StartsWith("export OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=", StringComparison.Ordinal):
                        var address = export[(export.IndexOf('=', StringComparison.Ordinal) + 1)..];
                        var exported = $$"""curl {{address}} -H 'Content-Type: application/json' -H 'x-mlflow-experiment-id: 0' -d '{"resourceSpans": []}'""";
                        Assert.Equal("{}", (await BashAsync(Curl(exported, server!), server!.Address)).Json.ToJsonString());
                        break;
                    case "export OTEL_EXPORTER_OTLP_TRACES_HEADERS=x-mlflow-experiment-id=0":
                        // Sent with the command before.
                        break;
                    case var curl when curl.Contains("/api/2.0/mlflow/registered-models/", StringComparison.Ordinal) || curl.Contains("/api/2.0/mlflow/model-versions/", StringComparison.Ordinal):
                        var registered = (await BashAsync(Curl(curl, server!), server!.Address)).Output;
                        Assert.True(registered.Trim() == "{}" || registered.Contains("\"name\":\"churn\"", StringComparison.Ordinal), registered);
                        break;
                    case var curl when curl.Contains("/api/2.0/mlflow/webhooks ", StringComparison.Ordinal):
                        var webhook = (await BashAsync(Curl(curl, server!), server!.Address)).Output;
                        Assert.Contains("\"status\":\"ACTIVE\"", webhook, StringComparison.Ordinal);
                        Assert.DoesNotContain("s3cret", webhook, StringComparison.Ordinal);
                        break;
                    case var curl when curl.Contains("/api/3.0/mlflow/datasets/", StringComparison.Ordinal):
                        Assert.Contains("\"name\":\"questions\"", (await BashAsync(Curl(curl, server!), server!.Address)).Output, StringComparison.Ordinal);
                        break;
                    case var curl when curl.Contains("/graphql ", StringComparison.Ordinal):
                        Assert.Equal("""{"data":{"mlflowGetExperiment":{"experiment":{"name":"Default"}}}}""", (await BashAsync(Curl(curl, server!), server!.Address)).Output.Trim());
                        break;
                    case var curl when curl.StartsWith("curl http://127.0.0.1:5080/api/2.0/mlflow/", StringComparison.Ordinal):
                        Assert.Contains("\"run_name\":\"first\"", (await BashAsync(Curl(curl, server!), server!.Address)).Output, StringComparison.Ordinal);
                        break;
                    case var curl when curl.StartsWith("curl -T ", StringComparison.Ordinal):
                        Assert.Equal("{}", (await BashAsync(Curl(curl, server!), server!.Address)).Output.Trim());
                        break;
                    default:
                        Assert.Fail($"No test knows this command of the README or the guide, so nobody knows whether it works: {command}");
                        break;
                }
            }

            // The guide asks for one row in the forms of all protocols.
            Assert.True(predictions.Count == 1, string.Join('\n', predictions.Select(prediction => $"{prediction.Key} came of {prediction.Value}")));
        }
        finally
        {
            if (server is not null)
            {
                await server.DisposeAsync();
            }

            if (models is not null)
            {
                await models.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task The_two_documents_name_what_a_newcomer_needs()
    {
        var commands = await ReadCommandsAsync();

        Assert.Equal(["./slipway demo", "./test", "./slipway up"], commands.Take(3));
        Assert.Contains(commands, command => command.StartsWith("./slipway predict", StringComparison.Ordinal));
        Assert.Contains(commands, command => command.StartsWith("curl", StringComparison.Ordinal) && command.Contains("/infer", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Continuous_integration_runs_test_and_nothing_else()
    {
        var lines = await File.ReadAllLinesAsync(Path.Combine(Repository.Root, ".ci/run"), Cancel);

        Assert.True(IsExecutable(".ci/run"), ".ci/run is not executable.");
        Assert.Equal("#!/usr/bin/env bash", lines[0]);
        Assert.Equal(["exec \"$(dirname -- \"$0\")/../test\""], lines[1..].Where(line => line.Trim().Length > 0 && !line.TrimStart().StartsWith('#')));
    }

    [Fact]
    public async Task The_project_in_the_README_is_the_sample()
    {
        var shown = YamlBlock().Match(await ReadAsync("README.md")).Groups["yaml"].Value;

        Assert.Equal(await ReadAsync("samples/income/slipway.yaml"), shown);
    }

    [Fact]
    public async Task Every_project_in_the_guide_is_one_that_apply_takes()
    {
        using var folder = new TemporaryFolder();
        var projects = YamlBlock().Matches(await ReadAsync("docs/guide.md")).Select(block => block.Groups["yaml"].Value).ToArray();

        Assert.NotEmpty(projects);
        foreach (var project in projects)
        {
            await File.WriteAllTextAsync(folder.File("slipway.yaml"), project, Cancel);
            var result = await Slip.RunAsync(folder.Path, ["apply", "--server", "http://127.0.0.1:9"], Cancel);
            Assert.True(result.ExitCode == 3, result.Errors);
        }
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("CONTRIBUTING.md")]
    [InlineData("CHANGELOG.md")]
    [InlineData("docs")]
    public async Task Every_relative_link_and_every_path_that_is_named_exists(string document)
    {
        var documents = document == "docs" ? Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories) : [Path.Combine(Repository.Root, document)];
        foreach (var file in documents)
        {
            var text = CodeBlock().Replace(await File.ReadAllTextAsync(file, Cancel), "");
            var links = Link().Matches(text).Select(link => Path.Combine(Path.GetDirectoryName(file)!, link.Groups["path"].Value));
            var paths = NamedPath().Matches(text).Select(path => Path.Combine(Repository.Root, path.Groups["path"].Value));
            var missing = links.Concat(paths).Where(path => !Path.Exists(path)).Select(path => Path.GetRelativePath(Repository.Root, path)).ToArray();
            Assert.True(missing.Length == 0, $"{Path.GetRelativePath(Repository.Root, file)} names what is not there: {string.Join(", ", missing)}");
        }
    }

    [Fact]
    public async Task The_python_samples_are_python()
    {
        var there = Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, "python3")));
        Assert.SkipUnless(there, "python3 is missing. Install it: apt-get install python3");
        var scripts = Directory.GetFiles(Path.Combine(Repository.Root, "samples/python"), "*.py");

        Assert.NotEmpty(scripts);
        var read = await Slip.RunProgramAsync("python3", Repository.Root, ["-c", "import ast, sys\nfor file in sys.argv[1:]: ast.parse(open(file, encoding='utf-8').read(), file)", .. scripts], Cancel, new Dictionary<string, string?>());
        Assert.True(read.ExitCode == 0, read.Errors);
    }

    // One command is one line, or several while a quotation is open. What follows # speaks to people.
    private static async Task<IReadOnlyList<string>> ReadCommandsAsync()
    {
        var commands = new List<string>();
        foreach (var document in new[] { "README.md", "docs/guide.md" })
        {
            foreach (Match block in ShellBlock().Matches(await ReadAsync(document)))
            {
                var open = "";
                foreach (var line in block.Groups["sh"].Value.Split('\n'))
                {
                    var command = open.Length > 0 ? $"{open}\n{line}" : Comment().Replace(line, "").Trim();
                    open = command.Count(c => c == '\'') % 2 == 1 ? command : "";
                    if (open.Length == 0 && command.Length > 0)
                    {
                        commands.Add(command);
                    }
                }

                Assert.Empty(open);
            }
        }

        return commands;
    }

    private static async Task<SlipResult> BashAsync(string command, string? address)
    {
        var environment = new Dictionary<string, string?> { ["SLIPWAY_SERVER"] = address, ["NO_PROXY"] = "127.0.0.1", ["no_proxy"] = "127.0.0.1" };
        var result = await Slip.RunProgramAsync("bash", Repository.Root, ["-c", command], Cancel, environment);
        Assert.True(result.ExitCode == 0, $"{command}\nended with {result.ExitCode}:\n{result.Output}{result.Errors}");
        return result;
    }

    private static string Curl(string command, UpServer server, string more = "") => command
        .Replace("curl ", $"curl --silent --show-error --fail-with-body {more} ", StringComparison.Ordinal)
        .Replace("http://127.0.0.1:5080/", $"{server.Address}", StringComparison.Ordinal);

    private static void AssertCurlIsThere()
    {
        var there = Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, "curl")));
        Assert.SkipUnless(there || Environment.GetEnvironmentVariable("CI") == "true", "curl is missing. Install it: apt-get install curl");
        Assert.True(there, "curl is missing. Install it: apt-get install curl");
    }

    private static bool IsExecutable(string path) =>
        !OperatingSystem.IsWindows() && File.GetUnixFileMode(Path.Combine(Repository.Root, path)).HasFlag(UnixFileMode.UserExecute | UnixFileMode.OtherExecute);

    private static Task<string> ReadAsync(string path) => File.ReadAllTextAsync(Path.Combine(Repository.Root, path), Cancel);

    [GeneratedRegex(@"^```sh\n(?<sh>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex ShellBlock();

    [GeneratedRegex(@"^```yaml\n(?<yaml>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex YamlBlock();

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"(^|\s)#[^'""]*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\]\((?<path>(?!\w+:)[^)#\s]+)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`(?<path>(src|docs|samples|bench|tests)/[\w./-]*)`")]
    private static partial Regex NamedPath();
}
