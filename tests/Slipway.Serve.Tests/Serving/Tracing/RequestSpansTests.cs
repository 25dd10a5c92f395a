using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Serving;
using Slipway.Serving.Engine;
using static Slipway.Serve.Tests.Serving.Callers;

namespace Slipway.Serve.Tests.Serving.Tracing;

/// <summary>Listeners hear every server of the process, so each test looks only for traces of its own.</summary>
public sealed class RequestSpansTests : IDisposable
{
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityTraceId _trace = ActivityTraceId.CreateRandom();
    private ActivitySamplingResult _sampling = ActivitySamplingResult.AllDataAndRecorded;
    private ActivityListener? _listener;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _listener?.Dispose();

    [Fact]
    public async Task A_request_has_a_span_below_its_callers_and_one_for_each_stage()
    {
        Listen();
        await using var server = await StartAsync(cached: false);
        var (first, _) = await server.DeployAsync("bikes", both: false, Cancel);

        await AskAsync(server, Requests.With("\"id\":\"7\""));

        var request = Assert.Single(Spans(), s => s.Kind == ActivityKind.Server);
        Assert.Equal(("infer bikes", "00f067aa0ba902b7", "vendor=1"), (request.OperationName, request.ParentSpanId.ToHexString(), request.TraceStateString));
        Assert.Equal(("bikes", "7", "bikes-model", first.Version.ToString()), (Tag(request, "deployment"), Tag(request, "prediction.id"), Tag(request, "model"), Tag(request, "model.version")));
        Assert.Equal(("stable", 1, false), (Tag(request, "role"), Tag(request, "rows"), Tag(request, "from_cache")));
        Assert.Equal(ActivityStatusCode.Unset, request.Status);
        var parts = Spans().Where(s => s.Kind == ActivityKind.Internal).OrderBy(s => s.StartTimeUtc).ToList();
        Assert.Equal(["parse", "run", "write"], parts.Select(s => s.OperationName).Except(["queue", "batch"]));
        Assert.All(parts, part =>
        {
            Assert.Equal(request.SpanId, part.ParentSpanId);
            Assert.InRange(part.StartTimeUtc, request.StartTimeUtc, request.StartTimeUtc + request.Duration);
            Assert.InRange(part.StartTimeUtc + part.Duration, part.StartTimeUtc, request.StartTimeUtc + request.Duration + TimeSpan.FromTicks(10));
        });
        Assert.All(parts.Zip(parts.Skip(1)), pair => Assert.True(pair.First.StartTimeUtc + pair.First.Duration <= pair.Second.StartTimeUtc + TimeSpan.FromTicks(10)));
    }

    [Fact]
    public async Task An_answer_from_the_cache_says_so_and_has_no_run()
    {
        Listen();
        await using var server = await StartAsync(cached: true);
        await server.DeployAsync("bikes", both: false, Cancel);
        await server.PostAsync(Infer, Requests.Summer, Cancel);

        await AskAsync(server, Requests.Summer);

        Assert.Equal(true, Tag(Assert.Single(Spans(), s => s.Kind == ActivityKind.Server), "from_cache"));
        Assert.DoesNotContain(Spans(), s => s.OperationName == "run");
    }

    [Fact]
    public async Task A_wrong_request_is_no_error_of_the_server()
    {
        Listen();
        await using var server = await StartAsync(cached: false);
        await server.DeployAsync("bikes", both: false, Cancel);

        await AskAsync(server, "{");

        var request = Assert.Single(Spans());
        Assert.Equal(("caller", ActivityStatusCode.Unset), (request.GetTagItem("error.type"), request.Status));
    }

    [Fact]
    public async Task What_sampling_drops_is_not_written_and_is_no_example()
    {
        _sampling = ActivitySamplingResult.None;
        Listen();
        await using var server = await StartAsync(cached: false);
        await server.DeployAsync("bikes", both: false, Cancel);

        await AskAsync(server, Requests.Summer);

        Assert.Empty(Spans());
        Assert.DoesNotContain(_trace.ToHexString(), await MetricsAsync(server), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_is_recorded_is_an_example_by_the_trace_of_its_own_span()
    {
        Listen();
        await using var server = await StartAsync(cached: false);
        await server.DeployAsync("bikes", both: false, Cancel);

        await AskAsync(server, Requests.Summer);

        Assert.Contains($"# {{trace_id=\"{_trace}\"}}", await MetricsAsync(server), StringComparison.Ordinal);
    }

    // Only what belongs to this test's trace is sampled: other tests' requests have no parent, or another one.
    private void Listen()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Slipway.Serving",
            Sample = (ref ActivityCreationOptions<ActivityContext> options) => options.TraceId == _trace ? _sampling : ActivitySamplingResult.None,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    private List<Activity> Spans() => [.. _ended.Where(s => s.TraceId == _trace)];

    private static object? Tag(Activity span, string name) => span.GetTagItem($"slipway.{name}");

    private async Task AskAsync(ServingServer server, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Infer) { Content = new StringContent(body) };
        request.Headers.TryAddWithoutValidation("traceparent", $"00-{_trace}-00f067aa0ba902b7-01");
        request.Headers.TryAddWithoutValidation("tracestate", "vendor=1");
        await server.SendAsync(request, Cancel);
    }

    private static async Task<string> MetricsAsync(ServingServer server)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.Add("Accept", "application/openmetrics-text");
        using var response = await server.Client.SendAsync(request, Cancel);
        return await response.Content.ReadAsStringAsync(Cancel);
    }

    private static Task<ServingServer> StartAsync(bool cached) => ServingServer.StartAsync(
        new ServingOptions { Serve = new ServeSettings { CacheFor = cached ? TimeSpan.FromHours(1) : null } }, configure: null, folder: null, Cancel);
}
