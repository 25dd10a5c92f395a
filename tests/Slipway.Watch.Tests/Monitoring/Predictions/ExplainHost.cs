using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Slipway.Access;
using Slipway.Core;
using Slipway.Core.Names;
using Slipway.Datasets;
using Slipway.Inference;
using Slipway.Monitoring;
using Slipway.Monitoring.Log;
using Slipway.Registry;
using Slipway.Registry.Approvals;
using Slipway.Rollouts;
using Slipway.Serving;
using Slipway.Serving.Engine;
using Slipway.Storage;
using Slipway.Storage.Blobs;
using Slipway.Tests;
using Slipway.Watch.Tests.Monitoring.Watching;

namespace Slipway.Watch.Tests.Monitoring.Predictions;

/// <summary>
/// A real server on a free port with registry, rollouts, serving and monitoring. Its deployment <c>bikes</c> answers rentals from <c>temp</c> and <c>season</c> with 1.0.0; 1.1.0, which is registered,
/// answers 1000 more or so.
/// </summary>
internal sealed class ExplainHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _folder;

    private ExplainHost(WebApplication app, string folder)
    {
        _app = app;
        _folder = folder;
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public HttpClient Http { get; }

    /// <summary>Where the server keeps everything.</summary>
    public string Folder => _folder;

    /// <summary>What the deployments' projects say.</summary>
    public StatedProjects Project => (StatedProjects)Get<IMonitoredProjects>();

    public VersionReference First { get; private set; } = null!;

    public VersionReference Second { get; private set; } = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Starts a server; with a small chunk, whatever was logged becomes Parquet when it is settled.</summary>
    public static async Task<ExplainHost> StartAsync(ServeSettings? serve = null, int chunkRows = 250_000)
    {
        var folder = Directory.CreateTempSubdirectory("slipway-explain-").FullName;
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services
            .ConfigureHttpJsonOptions(json => SlipwayJson.Configure(json.SerializerOptions))
            .AddTestStorage(folder)
            .AddAccess(new AccessOptions())
            .AddDatasets(new DatasetsOptions())
            .AddRegistry()
            .AddRollouts()
            .AddServing(new ServingOptions { Serve = serve ?? ServeSettings.Default })
            .AddSingleton<IMonitoredProjects>(new StatedProjects())
            .AddMonitoring(new MonitoringOptions { Log = new PredictionLogOptions { ChunkRows = chunkRows } });
        var app = builder.Build();
        app.UseAccess();
        app.MapServing();
        app.MapMonitoring();
        await app.Services.OpenStorageAsync(Cancel);
        await app.StartAsync(Cancel);
        var host = new ExplainHost(app, folder);
        host.First = await host.AddAsync("bike-demand", "first");
        host.Second = await host.AddAsync("bike-demand", "second");
        await host.DeployAsync("bikes", host.First);
        return host;
    }

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public Task DeployAsync(string name, VersionReference version) => Get<IDeployments>().DeployAsync(name, version, Actor.Local, null, Cancel);

    public async Task<VersionReference> AddAsync(string model, string name, Lineage? from = null, IReadOnlyDictionary<string, double>? metrics = null)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "Models", name);
        var artifact = await Get<IArtifactStore>().PutFolderAsync(folder, Cancel);
        using var loaded = ModelLoader.Load(folder, new ModelLoadOptions());
        var lineage = from ?? new Lineage(null, null, new Dictionary<string, string>(), null, null);
        var registered = await Get<IModelRegistry>().RegisterAsync(
            new NewModelVersion(model, artifact.Digest, loaded.Format, loaded.Signature, metrics ?? new Dictionary<string, double>(), lineage), Actor.Local, Cancel);
        var reference = registered.Version.Reference;
        await Get<IModelRegistry>().ValidateAsync(reference, "{}", Actor.Local, Cancel);
        await Get<IApprovals>().ApproveAsync(reference, Caller.Local, null, Cancel);
        return reference;
    }

    /// <summary>Lets a rollout try the second version with a share of the requests.</summary>
    public async Task TryAsync(double weight)
    {
        var known = await Get<IModelRegistry>().GetAsync(Second, Cancel);
        var state = (await Get<IDeployments>().FindAsync("bikes", Cancel))! with { Candidate = new CandidateState(new DeployedVersion(Second, known.ArtifactDigest), weight, "rollout-1") };
        await Get<IVersionServer>().PrepareAsync(state, Cancel);
        Get<IVersionServer>().Activate(state);
    }

    /// <summary>Asks for rows of a temperature each.</summary>
    public Task<JsonElement> AskAsync(string? id, string parameters = "{}", double[]? temps = null, string path = "bikes")
    {
        temps ??= [20];
        return InferAsync(path, $$"""
            {{{(id is null ? "" : $"\"id\":{JsonSerializer.Serialize(id)},")}}"parameters":{{parameters}},"inputs":[
              {"name":"temp","shape":[{{temps.Length}}],"datatype":"FP64","data":{{JsonSerializer.Serialize(temps)}}},
              {"name":"season","shape":[{{temps.Length}}],"datatype":"BYTES","data":{{JsonSerializer.Serialize(temps.Select(_ => "summer"))}}}]}
            """);
    }

    public Task<JsonElement> InferAsync(string path, string body) => SendAsync(HttpMethod.Post, $"/v2/models/{path}/infer", HttpStatusCode.OK, body);

    public Task<JsonElement> ExplainAsync(string id, HttpStatusCode expected = HttpStatusCode.OK, string deployment = "bikes") =>
        SendAsync(HttpMethod.Get, $"/api/v1/deployments/{deployment}/predictions/{id}", expected);

    public Task<JsonElement> ReplayAsync(string id, string? version, HttpStatusCode expected = HttpStatusCode.OK, string deployment = "bikes") =>
        SendAsync(HttpMethod.Post, $"/api/v1/deployments/{deployment}/predictions/{id}/replay{(version is null ? "" : $"?version={version}")}", expected);

    public async Task<JsonElement> SendAsync(HttpMethod method, string path, HttpStatusCode expected, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        using var response = await Http.SendAsync(request, Cancel);
        var text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.StatusCode == expected, $"{response.StatusCode}: {text}");
        return JsonElement.Parse(text);
    }

    /// <summary>Waits until what was logged lies in Parquet; the chunks must be small.</summary>
    public async Task ConvertAsync()
    {
        await Get<PredictionLog>().DrainAsync(Cancel);
        await Get<PredictionLog>().DrainAsync(Cancel);
        await Get<PredictionLog>().ConvertedAsync();
        Assert.NotEmpty(Directory.EnumerateFiles(_folder, "*.parquet", SearchOption.AllDirectories));
        Assert.Empty(Directory.EnumerateFiles(_folder, "*.arrows", SearchOption.AllDirectories));
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
