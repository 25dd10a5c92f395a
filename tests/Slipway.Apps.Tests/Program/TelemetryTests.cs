using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Slipway.Access;
using Slipway.Core;
using Slipway.Inference;
using Slipway.Registry;
using Slipway.Registry.Approvals;
using Slipway.Rollouts;
using Slipway.Server;
using Slipway.Storage.Blobs;

namespace Slipway.Apps.Tests.Program;

public sealed class TelemetryTests : IDisposable
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string Request = """
        {"id":"7","inputs":[{"name":"temp","shape":[1],"datatype":"FP64","data":[20.0]},{"name":"season","shape":[1],"datatype":"BYTES","data":["summer"]}]}
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-telemetry-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Traces_and_metrics_reach_the_collector(bool grpc)
    {
        await using var collector = await OtlpReceiver.StartAsync(grpc, Cancel);
        var server = await StartAsync(new TelemetrySettings(collector.Address) { Protocol = grpc ? TelemetryProtocol.Grpc : TelemetryProtocol.Http });
        await AskAsync(server, $"00-{Trace}-00f067aa0ba902b7-01");

        // What is not sent yet is sent before the server has stopped.
        await server.DisposeAsync();

        var spans = collector.Spans();
        var request = Assert.Single(spans, s => s.Name == "infer bikes");
        Assert.Equal((Trace, "00f067aa0ba902b7", "7", "stable"), (request.Trace, request.Parent, request.Attributes["slipway.prediction.id"], request.Attributes["slipway.role"]));
        var parts = spans.Where(s => s.Parent == request.Id).ToList();
        Assert.Superset(new HashSet<string> { "parse", "run", "write" }, parts.Select(p => p.Name).ToHashSet());
        Assert.All(parts, p => Assert.True(p.Trace == Trace && request.Start <= p.Start && p.Start <= p.End && p.End <= request.End + 1000));
        Assert.Superset(new HashSet<string> { "slipway.serving.requests", "slipway.serving.stage.time", "dotnet.gc.collections" }, collector.Metrics());
    }

    [Theory]
    [InlineData("00-" + Trace + "-00f067aa0ba902b7-00", 1.0, false)]
    [InlineData("00-" + Trace + "-00f067aa0ba902b7-01", 0.0, true)]
    [InlineData(null, 0.0, false)]
    [InlineData(null, 1.0, true)]
    public async Task Who_calls_decides_what_is_traced_and_the_share_where_nobody_does(string? parent, double sampling, bool traced)
    {
        await using var collector = await OtlpReceiver.StartAsync(grpc: false, Cancel);
        var server = await StartAsync(new TelemetrySettings(collector.Address) { Sampling = sampling });
        await AskAsync(server, parent);
        await server.DisposeAsync();

        Assert.Equal(traced, collector.Spans().Exists(s => s.Name == "infer bikes"));
    }

    [Fact]
    public async Task A_collector_that_is_not_there_fails_no_request()
    {
        var server = await StartAsync(new TelemetrySettings(new Uri("http://127.0.0.1:9")));
        await AskAsync(server, null);
        await server.DisposeAsync();
    }

    private async Task<SlipwayServer> StartAsync(TelemetrySettings telemetry)
    {
        var any = new IPEndPoint(IPAddress.Loopback, 0);
        var server = await SlipwayServer.StartAsync(new ServerSettings { Http = any, Grpc = any, Data = Path.Combine(_folder, "data"), Telemetry = telemetry }, LogLevel.Warning, Cancel);
        var folder = Path.Combine(AppContext.BaseDirectory, "model");
        var artifact = await server.Services.GetRequiredService<IArtifactStore>().PutFolderAsync(folder, Cancel);
        using var model = ModelLoader.Load(folder, new ModelLoadOptions());
        var registry = server.Services.GetRequiredService<IModelRegistry>();
        var lineage = new Lineage(null, null, new Dictionary<string, string>(), null, null);
        var registered = await registry.RegisterAsync(new NewModelVersion("bikes", artifact.Digest, model.Format, model.Signature, new Dictionary<string, double>(), lineage), Actor.Local, Cancel);
        await registry.ValidateAsync(registered.Version.Reference, "{}", Actor.Local, Cancel);
        await server.Services.GetRequiredService<IApprovals>().ApproveAsync(registered.Version.Reference, Caller.Local, null, Cancel);
        await server.Services.GetRequiredService<IDeployments>().DeployAsync("bikes", registered.Version.Reference, Actor.Local, null, Cancel);
        return server;
    }

    private static async Task AskAsync(SlipwayServer server, string? parent)
    {
        using var client = new HttpClient { BaseAddress = new Uri(server.HttpAddress) };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v2/models/bikes/infer") { Content = new StringContent(Request) };
        if (parent is not null)
        {
            request.Headers.TryAddWithoutValidation("traceparent", parent);
        }

        using var response = await client.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }
}
