using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Slipway.Core;
using Slipway.Core.Names;
using Slipway.Rollouts;
using Slipway.Serving;
using Slipway.Serving.Engine;
using Slipway.Serving.Figures;
using static Slipway.Serve.Tests.Serving.Callers;

namespace Slipway.Serve.Tests.Serving;

public sealed partial class MetricsTextTests
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void The_older_format_looks_like_this() => Assert.Equal(
        """
        # HELP slipway_a_total All of "A", \\ and more.
        # TYPE slipway_a_total counter
        slipway_a_total{name="a\"b\\c\nd"} 3
        # HELP slipway_b B.
        # TYPE slipway_b gauge
        slipway_b 0.5
        # HELP slipway_c_seconds C.
        # TYPE slipway_c_seconds histogram
        slipway_c_seconds_bucket{x="y",le="0.000001"} 1
        slipway_c_seconds_bucket{x="y",le="1"} 3
        slipway_c_seconds_bucket{x="y",le="+Inf"} 3
        slipway_c_seconds_sum{x="y"} 1.25
        slipway_c_seconds_count{x="y"} 3

        """,
        Sample(openMetrics: false),
        ignoreLineEndingDifferences: true);

    [Fact]
    public void OpenMetrics_looks_like_this() => Assert.Equal(
        """
        # HELP slipway_a All of \"A\", \\ and more.
        # TYPE slipway_a counter
        slipway_a_total{name="a\"b\\c\nd"} 3
        # HELP slipway_b B.
        # TYPE slipway_b gauge
        slipway_b 0.5
        # HELP slipway_c_seconds C.
        # TYPE slipway_c_seconds histogram
        # UNIT slipway_c_seconds seconds
        slipway_c_seconds_bucket{x="y",le="0.000001"} 1
        slipway_c_seconds_bucket{x="y",le="1.0"} 3 # {trace_id="4bf92f3577b34da6a3ce929d0e0e4736"} 0.625 1336053600.25
        slipway_c_seconds_bucket{x="y",le="+Inf"} 3
        slipway_c_seconds_sum{x="y"} 1.25
        slipway_c_seconds_count{x="y"} 3
        # EOF

        """,
        Sample(openMetrics: true),
        ignoreLineEndingDifferences: true);

    [Fact]
    public void Stages_are_counted_by_their_length_and_a_cached_answer_has_no_run()
    {
        var time = new FakeTimeProvider();
        var recorder = new StageRecorder(new VersionReference("m", SemanticVersion.First), "stable", time);
        recorder.Record(Timing(time, 2, 1, 10, 250, 4), answered: true, cache: false);
        recorder.Record(Timing(time, 2, 1, 10, 0, 4), answered: true, cache: true);
        recorder.Record(Timing(time, 3, 0, 0, 0, 0), answered: false, cache: false);

        var totals = recorder.Read();

        Assert.Equal([3, 2, 2, 1, 2], totals.Buckets.Select(b => b.Sum()));
        Assert.Equal((1, 1), (totals.Hits, totals.Misses));
        Assert.Equal([7e-6, 2e-6, 20e-6, 250e-6, 8e-6], totals.Seconds.Select(s => Math.Round(s, 9)));

        // Bounds are inclusive: 250 µs is in the bucket of that name.
        Assert.Equal(1, totals.Buckets[(int)Stage.Run][StageBuckets.Bounds.IndexOf(0.00025)]);
        Assert.Equal(3, totals.Buckets[(int)Stage.Parse][1..3].Sum());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_family_of_a_server_is_announced_once_and_written_in_one_piece(bool openMetrics)
    {
        await using var server = await StartAsync();
        var (_, second) = await server.DeployAsync("bikes", both: false, Cancel);
        await server.DeployAsync("more-bikes", both: true, Cancel);
        await server.TryAsync("bikes", second, 0.5, "rollout", Cancel);
        for (var i = 0; i < 20; i++)
        {
            await AskAsync(server, $"user-{i}", Cancel);
        }

        var text = await MetricsAsync(server, openMetrics ? "application/openmetrics-text;version=1.0.0" : "text/plain");

        var families = new List<string>();
        var series = new HashSet<string>();
        foreach (var line in text.Split('\n')[..^1])
        {
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                Assert.DoesNotContain(line.Split(' ')[2], families);
                families.Add(line.Split(' ')[2]);
            }
            else if (!line.StartsWith('#'))
            {
                var match = Line.Match(line);
                Assert.True(match.Success, line);
                Assert.Matches($"^{families[^1]}(_total|_bucket|_sum|_count|)$", match.Groups["name"].Value);
                Assert.True(series.Add(match.Groups["name"].Value + match.Groups["labels"].Value), line);
            }
        }

        Assert.Equal(openMetrics, text.EndsWith("\n# EOF\n", StringComparison.Ordinal));
        Assert.Contains($"slipway_model_loads_total{{model=\"bikes-model\"}} 2\n", text, StringComparison.Ordinal);
        Assert.Contains($"slipway_models_loaded{{model=\"more-bikes-model\"}} 2\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_stages_of_requests_and_the_cache_are_told_by_version_and_role()
    {
        await using var server = await StartAsync();
        var (first, _) = await server.DeployAsync("bikes", both: false, Cancel);
        for (var i = 0; i < 3; i++)
        {
            await server.PostAsync(Infer, Requests.Summer, Cancel);
        }

        var text = await MetricsAsync(server, "*/*");

        var labels = $"deployment=\"bikes\",model=\"bikes-model\",version=\"{first.Version}\",role=\"stable\"";
        foreach (var (stage, count) in new[] { ("parse", 3), ("queue", 3), ("batch", 3), ("run", 1), ("write", 3) })
        {
            Assert.Contains($"slipway_request_stage_duration_seconds_count{{{labels},stage=\"{stage}\"}} {count}\n", text, StringComparison.Ordinal);
        }

        Assert.Contains($"slipway_cache_hits_total{{{labels}}} 2\n", text, StringComparison.Ordinal);
        Assert.Contains($"slipway_cache_misses_total{{{labels}}} 1\n", text, StringComparison.Ordinal);
        Assert.Contains($"slipway_cache_answers{{{labels}}} 1\n", text, StringComparison.Ordinal);
        Assert.Contains($"slipway_cache_evictions_total{{{labels}}} 0\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Versions_that_could_not_be_loaded_and_those_that_were_let_go_are_counted()
    {
        await using var server = await StartAsync();
        await server.DeployAsync("bikes", both: true, Cancel);
        await server.Deployments.DeployAsync("bikes", await server.AddVersionAsync("bikes-model", "rain", Cancel), Actor.Local, null, Cancel);
        var state = (await server.Deployments.FindAsync("bikes", Cancel))!;
        var lost = new CandidateState(state.Stable with { ArtifactDigest = $"sha256:{new string('0', 64)}" }, 0.5, "rollout");
        await Assert.ThrowsAnyAsync<Exception>(() => server.Services.GetRequiredService<IVersionServer>().PrepareAsync(state with { Candidate = lost }, Cancel));

        var text = await MetricsAsync(server, "text/plain");

        Assert.Contains("slipway_model_loads_total{model=\"bikes-model\"} 3\n", text, StringComparison.Ordinal);
        Assert.Contains("slipway_model_evictions_total{model=\"bikes-model\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("slipway_models_loaded{model=\"bikes-model\"} 2\n", text, StringComparison.Ordinal);
        Assert.Contains("slipway_model_load_failures_total{model=\"bikes-model\"} 1\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("00-" + Trace + "-00f067aa0ba902b7-01", true)]
    [InlineData("00-" + Trace + "-00f067aa0ba902b7-00", false)]
    [InlineData("00-" + Trace + "-00f067aa0ba902b7", false)]
    public async Task A_request_of_a_recorded_trace_is_its_buckets_example(string parent, bool shown)
    {
        await using var server = await StartAsync();
        await server.DeployAsync("bikes", both: false, Cancel);
        using var request = new HttpRequestMessage(HttpMethod.Post, Infer) { Content = new StringContent(Requests.Summer) };
        request.Headers.TryAddWithoutValidation("traceparent", parent);
        await server.SendAsync(request, Cancel);

        var open = await MetricsAsync(server, "application/openmetrics-text");
        var plain = await MetricsAsync(server, "text/plain");

        Assert.Equal(shown ? 1 : 0, open.Split('\n').Count(l => l.StartsWith("slipway_request_duration_seconds_bucket", StringComparison.Ordinal) && l.Contains($"# {{trace_id=\"{Trace}\"}} ", StringComparison.Ordinal)));
        Assert.DoesNotContain("trace_id", plain, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", true)]
    [InlineData("application/openmetrics-text", true)]
    [InlineData("application/openmetrics-text;q=0.2, text/plain", false)]
    [InlineData("application/openmetrics-text;version=2.0.0", false)]
    [InlineData("application/openmetrics-text;q=0", false)]
    [InlineData("text/html", false)]
    [InlineData("*/*", false)]
    [InlineData("none at all", false)]
    public async Task The_format_is_the_one_that_is_preferred(string accept, bool openMetrics)
    {
        await using var server = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.TryAddWithoutValidation("Accept", accept);

        using var response = await server.Client.SendAsync(request, Cancel);

        Assert.Equal(openMetrics ? "application/openmetrics-text" : "text/plain", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(openMetrics ? "1.0.0" : "0.0.4", response.Content.Headers.ContentType.Parameters.Single(p => p.Name == "version").Value);
    }

    [GeneratedRegex("""^(?<name>[a-z_]+)(?<labels>(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})?) [0-9.E+-]+( # \{.*)?$""")]
    private static partial Regex Line { get; }

    private static string Sample(bool openMetrics)
    {
        var text = new MetricsText(openMetrics);
        text.Counter("slipway_a_total", "All of \"A\", \\ and more.");
        text.Value(MetricsText.Label("name", "a\"b\\c\nd"), 3);
        text.Gauge("slipway_b", "B.");
        text.Value("", 0.5);
        text.Histogram("slipway_c_seconds", "C.");
        var example = new Exemplar(ActivityTraceId.CreateFromString(Trace), 0.625, new DateTimeOffset(2012, 5, 3, 14, 0, 0, 250, TimeSpan.Zero));
        text.Buckets(MetricsText.Label("x", "y"), [0.000001, 1], [1, 2, 0], 1.25, [null, example, null]);
        return text.End();
    }

    // Stages of these lengths in microseconds, one after the other.
    private static CallTiming Timing(FakeTimeProvider time, int parse, int queue, int batch, int run, int write)
    {
        var timing = default(CallTiming);
        var at = 1_000_000L;
        timing.Start(at);
        timing.Parsed(at += Ticks(parse));
        if (batch > 0)
        {
            timing.Taken(at += Ticks(queue));
            at += Ticks(batch);
            timing.Ran(at, at + Ticks(run));
            timing.Scored(at += Ticks(run));
            timing.Ended(at + Ticks(write));
        }

        return timing;

        long Ticks(int microseconds) => microseconds * time.TimestampFrequency / 1_000_000;
    }

    private static Task<ServingServer> StartAsync() => ServingServer.StartAsync(
        new ServingOptions { Serve = new ServeSettings { CacheFor = TimeSpan.FromHours(1) } }, configure: null, folder: null, Cancel);

    private static async Task<string> MetricsAsync(ServingServer server, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(accept));
        using var response = await server.Client.SendAsync(request, Cancel);
        return await response.Content.ReadAsStringAsync(Cancel);
    }
}
