using System.Diagnostics.Metrics;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
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
    public async Task They_are_answered_over_both_protocols_and_none_of_them_is_counted()
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

        // As at its start, where a busy machine may have cut them off.
        await FirstRequests.SendAsync(server.HttpAddress, server.GrpcAddress, key: null, Timeout.InfiniteTimeSpan, Cancel);

        // What it counts of a request it counts a moment after the answer.
        var scope = server.Services.GetRequiredService<IMeterFactory>();
        var expected = new Dictionary<string, int>
        {
            ["/inference.GRPCInferenceService/ModelInfer"] = 200,
            ["/inference.GRPCInferenceService/ServerReady"] = 200,
            ["/v2/health/ready"] = 200,
            ["/v2/models/{name}/infer"] = 404,
            ["/v2/repository/index"] = 200,
        };
        var missing = expected.Keys.ToHashSet();
        while (missing.Count > 0)
        {
            var (by, route, status) = await answered.Reader.ReadAsync(Cancel);
            if (ReferenceEquals(by, scope) && status != StatusCodes.Status499ClientClosedRequest)
            {
                Assert.Equal(expected[route!], status);
                missing.Remove(route!);
            }
        }

        using var client = new HttpClient();
        Assert.DoesNotContain("deployment=", await client.GetStringAsync(new Uri(server.HttpAddress + "/metrics"), Cancel), StringComparison.Ordinal);
    }
}
