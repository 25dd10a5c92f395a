using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Slipway.Core.Names;
using Slipway.Inference;
using Slipway.Inference.Tensors;
using Slipway.Serving;
using Slipway.Serving.Engine;
using Slipway.Serving.Warming;

namespace Slipway.Serve.Tests.Serving.Warming;

public sealed class WarmUpTests : IDisposable
{
    private static readonly VersionReference Version = new("m", SemanticVersion.First);

    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-warm-").FullName;
    private readonly FakeTimeProvider _time = new();
    private readonly Lines _log = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_model_without_an_example_is_warmed_with_a_row_of_zeros_until_the_times_settle()
    {
        var model = new Table(_time);

        var rounds = await WarmAsync(model);

        Assert.Equal((32, 32), (rounds, model.Seen.Count));
        Assert.All(model.Seen, row => Assert.Equal("0 '' FP32 [1,2] ", row));
        Assert.Empty(_log.Texts);
    }

    [Fact]
    public async Task Times_that_go_on_falling_are_followed_to_the_end()
    {
        var model = new Table(_time) { Takes = run => TimeSpan.FromTicks(2000 / run) };

        Assert.InRange(await WarmAsync(model), 33, WarmUp.MaxRounds);
        Assert.Equal(WarmUp.MaxRounds, await WarmAsync(new Table(_time) { Takes = run => TimeSpan.FromTicks((long)(2000 * Math.Pow(0.99, run))) }));
    }

    [Fact]
    public async Task A_slow_model_is_not_run_for_longer_than_the_limit() =>
        Assert.Equal(5, await WarmAsync(new Table(_time) { Takes = _ => TimeSpan.FromMilliseconds(12) }));

    [Theory]
    [InlineData("input_example.json", """{"columns":["text","other","number"],"data":[["warm",0,1.5],[null,0,2.5]]}""", "1.5 'warm' 2.5 null ")]
    [InlineData("serving_input_example.json", """{"dataframe_split":{"columns":["number","text"],"data":[[1.5,"warm"]]}}""", "1.5 'warm' ")]
    [InlineData("input_example.json", """{"inputs":{"number":[1.5,2.5],"text":["a","b"],"other":[[1,2],[3,4]]}}""", "1.5 'a' 2.5 'b' ")]
    [InlineData("input_example.json", """{"inputs":[{"name":"number","datatype":"FP64","shape":[1],"data":[7]},{"name":"text","datatype":"BYTES","shape":[1],"data":["q"]}]}""", "7 'q' ")]
    public async Task The_example_beside_the_model_is_what_it_is_warmed_with(string name, string example, string seen)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, name), example, Cancel);
        var model = new Table(_time, matrix: false);

        await WarmAsync(model);

        Assert.Equal(seen, model.Seen[0]);
        Assert.Equal(seen, model.Seen[^1]);
        Assert.Empty(_log.Texts);
    }

    [Theory]
    [InlineData("[", "is not JSON")]
    [InlineData("[1,2]", "neither a data frame")]
    [InlineData("""{"columns":["number"],"data":[[1]]}""", "no column 'text'")]
    [InlineData("""{"columns":["number","text"],"data":[[1]]}""", "is no data frame")]
    [InlineData("""{"inputs":{"number":[1]}}""", "no input 'text'")]
    [InlineData("""{"inputs":{"number":["x"],"text":["a"]}}""", "number")]
    public async Task An_example_that_does_not_fit_is_told_and_zeros_are_used(string example, string told)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "input_example.json"), example, Cancel);
        var model = new Table(_time, matrix: false);

        Assert.Equal(32, await WarmAsync(model));

        Assert.Equal("0 '' ", model.Seen[0]);
        Assert.Contains(told, Assert.Single(_log.Texts), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_cannot_score_zeros_is_told_and_served_all_the_same()
    {
        var model = new Table(_time) { Takes = _ => throw new InvalidOperationException("No zeros, please.") };

        Assert.Equal(0, await WarmAsync(model));

        Assert.Contains("No zeros, please.", Assert.Single(_log.Texts), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_is_warm_before_it_answers_and_nothing_of_it_is_counted()
    {
        var sink = new RecordingSink();
        await using var server = await ServingServer.StartAsync(
            new ServingOptions { Serve = new ServeSettings { CacheFor = TimeSpan.FromHours(1) } },
            s => s.AddSingleton<IPredictionSink>(sink).AddLogging(l => l.AddProvider(_log).SetMinimumLevel(LogLevel.Information)),
            null,
            Cancel);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Serving", "Models", "first")))
        {
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        }

        // An example that cannot be used leaves a line in the log, which shows when the version was warmed.
        await File.WriteAllTextAsync(Path.Combine(_folder, "input_example.json"), "{}", Cancel);
        var version = await server.AddVersionAsync("bikes-model", _folder, Cancel);
        await server.Deployments.DeployAsync("bikes", version, Slipway.Core.Actor.Local, null, Cancel);

        var warmed = _log.Texts.FindIndex(t => t.Contains("could not be warmed up with the input example", StringComparison.Ordinal));
        var answers = _log.Texts.FindIndex(t => t.Contains("answers with", StringComparison.Ordinal));
        Assert.InRange(warmed, 0, answers - 1);
        Assert.Empty(sink.Records);
        Assert.Equal(0, (await server.GetAsync("/api/v1/deployments/bikes/figures", Cancel)).Json.GetArrayLength());
        var metrics = await server.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative), Cancel);
        Assert.DoesNotContain("deployment=\"warm-up\"", metrics, StringComparison.Ordinal);
        Assert.All(metrics.Split('\n').Where(l => l.StartsWith("slipway_request", StringComparison.Ordinal)), l => Assert.EndsWith(" 0", l, StringComparison.Ordinal));
        Assert.Contains("slipway_cache_answers{deployment=\"bikes\",model=\"bikes-model\",version=\"1.0.0\",role=\"stable\"} 0\n", metrics, StringComparison.Ordinal);
    }

    private Task<int> WarmAsync(IModel model) => new WarmUp(_time, new ServingOptions(), _log).RunAsync(Version, model, _folder);

    /// <summary>A model of a number, a text and, if asked for, a matrix of two columns, which keeps what it was asked.</summary>
    private sealed class Table(FakeTimeProvider time, bool matrix = true) : IModel
    {
        public string Format => "table";

        public ModelSignature Signature { get; } = new(
            [
                new TensorSpec("number", TensorType.Float64, [-1]),
                new TensorSpec("text", TensorType.Bytes, [-1]),
                .. matrix ? new[] { new TensorSpec("matrix", TensorType.Float32, [-1, 2]) } : [],
            ],
            [new TensorSpec("answer", TensorType.Float64, [-1])],
            Tabular: false);

        public List<string> Seen { get; } = [];

        /// <summary>How long a run takes, by its number.</summary>
        public Func<int, TimeSpan> Takes { get; init; } = _ => TimeSpan.Zero;

        public void Run(TensorSet inputs, TensorSet outputs)
        {
            var text = new StringBuilder();
            for (var row = 0; row < inputs[0].Count; row++)
            {
                var item = inputs[1].Items[row];
                text.Append(CultureInfo.InvariantCulture, $"{inputs[0].Values<double>()[row]} {(item is { } bytes ? $"'{Encoding.UTF8.GetString(bytes.Span)}'" : "null")} ");
            }

            if (inputs.Count > 2)
            {
                text.Append(CultureInfo.InvariantCulture, $"{inputs[2].Type.WireName()} [{string.Join(',', inputs[2].Shape.ToArray())}] ");
            }

            Seen.Add(text.ToString());
            time.Advance(Takes(Seen.Count));
            outputs.Clear();
            outputs.Add("answer", TensorType.Float64, [inputs[0].Count]).Values<double>().Clear();
        }

        public void Dispose()
        {
        }
    }

    /// <summary>Keeps what is logged.</summary>
    private sealed class Lines : ILogger, ILoggerProvider
    {
        private readonly List<string> _texts = [];

        public List<string> Texts
        {
            get
            {
                lock (_texts)
                {
                    return [.. _texts];
                }
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_texts)
            {
                _texts.Add($"{formatter(state, exception)} {exception?.Message}");
            }
        }

        public void Dispose()
        {
        }
    }
}
