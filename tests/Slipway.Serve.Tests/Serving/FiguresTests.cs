using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Slipway.Core.Names;
using Slipway.Serving.Figures;
using Slipway.Serving.Routing;

namespace Slipway.Serve.Tests.Serving;

public sealed class FiguresTests
{
    private static readonly VersionReference Version = new("bikes", SemanticVersion.First);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Requests_errors_rows_and_latency_are_counted_by_version()
    {
        await using var server = await ServingServer.StartAsync(Cancel);
        var (first, second) = await server.DeployAsync("bikes", both: true, Cancel);
        for (var i = 0; i < 3; i++)
        {
            await server.PostAsync("/v2/models/bikes/infer", Requests.Summer, Cancel);
        }

        await server.PostAsync("/v2/models/bikes/infer", "{", Cancel);
        await server.PostAsync("/v2/models/bikes/versions/1/infer", Requests.Summer, Cancel);

        var figures = (await server.GetAsync("/api/v1/deployments/bikes/figures", Cancel)).Json;
        var metrics = await server.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative), Cancel);

        Assert.Equal(2, figures.GetArrayLength());
        Assert.Equal(second.Version.ToString(), figures[0].GetProperty("version").GetProperty("version").GetString());
        Assert.Equal(4, figures[0].GetProperty("requests").GetInt64());
        Assert.Equal(1, figures[0].GetProperty("errors").GetInt64());
        Assert.Equal(3, figures[0].GetProperty("rows").GetInt64());
        Assert.True(figures[0].GetProperty("p50").GetDouble() > 0);
        Assert.Equal(4, figures[0].GetProperty("recent").EnumerateArray().Sum(s => s.GetProperty("requests").GetInt64()));
        Assert.Equal(1, figures[1].GetProperty("requests").GetInt64());

        var labels = $"{{deployment=\"bikes\",model=\"bikes-model\",version=\"{second.Version}\"";
        Assert.Contains($"slipway_requests_total{labels}}} 4\n", metrics, StringComparison.Ordinal);
        Assert.Contains($"slipway_request_errors_total{labels}}} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains($"slipway_rows_total{labels}}} 3\n", metrics, StringComparison.Ordinal);
        Assert.Contains($"slipway_request_duration_seconds_bucket{labels},le=\"+Inf\"}} 4\n", metrics, StringComparison.Ordinal);
        Assert.Contains($"slipway_request_duration_seconds_count{labels}}} 4\n", metrics, StringComparison.Ordinal);
        Assert.Contains($"slipway_request_duration_seconds_bucket{labels},le=\"0.00005\"}} ", metrics, StringComparison.Ordinal);
        Assert.Contains($"version=\"{first.Version}\"}} 1\n", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenTelemetry_sees_the_same_counts()
    {
        await using var server = await ServingServer.StartAsync(Cancel);
        await server.DeployAsync("bikes", both: false, Cancel);
        await server.PostAsync("/v2/models/bikes/infer", Requests.Summer, Cancel);
        var seen = new Dictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Name == "Slipway.Serving" && instrument.Meter.Scope == server.Services.GetRequiredService<IMeterFactory>())
                {
                    l.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => seen[$"{instrument.Name} {tags[0].Value}"] = value);
        listener.Start();

        listener.RecordObservableInstruments();

        Assert.Equal(1, seen["slipway.serving.requests bikes"]);
        Assert.Equal(0, seen["slipway.serving.errors bikes"]);
        Assert.Equal(1, seen["slipway.serving.rows bikes"]);
    }

    [Fact]
    public void Slots_are_five_seconds_long_and_ten_minutes_are_kept()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2012, 5, 3, 14, 0, 2, TimeSpan.Zero));
        var recorder = new VersionRecorder(Version, time);
        for (var i = 0; i < 200; i++)
        {
            recorder.Record(time.GetTimestamp() - Ticks(time, 0.010 * (i + 1)), time.GetTimestamp(), rows: 2, failed: i % 2 == 1);
            recorder.Record(time.GetTimestamp() - Ticks(time, 0.010 * (i + 1)), time.GetTimestamp(), rows: 2, failed: false);
            time.Advance(TimeSpan.FromSeconds(5));
        }

        var figures = recorder.Read();

        Assert.Equal((400, 100, 800), (figures.Requests, figures.Errors, figures.Rows));
        Assert.Equal(119, figures.Recent.Count);
        Assert.All(figures.Recent, slot => Assert.Equal(2, slot.Requests));
        Assert.All(figures.Recent, slot => Assert.Equal(0, slot.At.Second % 5));
        Assert.Equal(new DateTimeOffset(2012, 5, 3, 14, 16, 35, TimeSpan.Zero), figures.Recent[^1].At);
        Assert.Equal(2000, figures.Recent[^1].P50!.Value, 2000 * 0.011);
        Assert.Equal(0.95 * 2000, figures.P95!.Value, 2000 * 0.02);
    }

    [Fact]
    public async Task Nothing_is_lost_when_many_threads_record_while_others_read()
    {
        var time = new FakeTimeProvider();
        var recorder = new VersionRecorder(Version, time);
        var writers = Enumerable.Range(0, 4).Select(_ => Task.Run(
            () =>
            {
                for (var i = 0; i < 50_000; i++)
                {
                    recorder.Record(time.GetTimestamp() - 1, time.GetTimestamp(), rows: 1, failed: false);
                    if (i % 1000 == 0)
                    {
                        time.Advance(TimeSpan.FromMilliseconds(500));
                        recorder.Read();
                    }
                }
            },
            Cancel));

        await Task.WhenAll(writers);

        var figures = recorder.Read();
        Assert.Equal(200_000, figures.Requests);
        Assert.Equal(200_000, figures.Recent.Sum(s => s.Requests));
    }

    [Fact]
    public async Task A_deployment_keeps_the_figures_of_its_newest_sixteen_versions()
    {
        await using var server = await ServingServer.StartAsync(Cancel);
        var figures = server.Services.GetRequiredService<ServingFigures>();
        for (var i = 0; i < 40; i++)
        {
            figures.GetRecorder("bikes", new VersionReference("bikes", new SemanticVersion(1, 0, i))).Record(0, 1, 1, false);
        }

        var versions = figures.Read("bikes").Select(f => f.Version.Version.Patch);

        Assert.Equal(Enumerable.Range(24, 16).Reverse(), versions);
        Assert.Equal(16, ServingMetrics.Write(figures, RoutingSnapshot.Empty, [new ServerCounter("slipway_x_total", "X.", 3)], openMetrics: false).Split('\n').Count(l => l.StartsWith("slipway_requests_total{", StringComparison.Ordinal)));
    }

    private static long Ticks(FakeTimeProvider time, double seconds) => (long)(seconds * time.TimestampFrequency);
}
