using System.Diagnostics.Metrics;
using System.Net;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Slipway.Server;

namespace Slipway.Apps.Tests.Program;

public sealed class FirstRequestsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-first-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_server_that_has_started_has_answered_over_both_protocols_and_counted_none_of_it()
    {
        var answered = Channel.CreateUnbounded<(object? Server, string? Route, int Status)>();
        using var requests = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "http.server.request.duration")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        requests.SetMeasurementEventCallback<double>((instrument, _, tags, _) =>
        {
            var told = tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value);
            answered.Writer.TryWrite((instrument.Meter.Scope, told.GetValueOrDefault("http.route") as string, (int)told["http.response.status_code"]!));
        });
        requests.Start();

        await using var server = await SlipwayServer.StartAsync(
            new ServerSettings { Http = new IPEndPoint(IPAddress.Loopback, 0), Grpc = new IPEndPoint(IPAddress.Loopback, 0), Data = Path.Combine(_folder, "data") },
            LogLevel.Warning,
            Cancel);

        // What it counts of a request it counts a moment after the answer.
        var scope = server.Services.GetRequiredService<IMeterFactory>();
        var routes = new List<(string? Route, int Status)>();
        while (routes.Count < 5)
        {
            var (by, route, status) = await answered.Reader.ReadAsync(Cancel);
            if (ReferenceEquals(by, scope))
            {
                routes.Add((route, status));
            }
        }

        Assert.Equal(
            [
                ("/inference.GRPCInferenceService/ModelInfer", 200),
                ("/inference.GRPCInferenceService/ServerReady", 200),
                ("/v2/health/ready", 200),
                ("/v2/models/{name}/infer", 404),
                ("/v2/repository/index", 200),
            ],
            routes.OrderBy(r => r.Route, StringComparer.Ordinal));
        using var client = new HttpClient();
        Assert.DoesNotContain("deployment=", await client.GetStringAsync(new Uri(server.HttpAddress + "/metrics"), Cancel), StringComparison.Ordinal);
    }
}
