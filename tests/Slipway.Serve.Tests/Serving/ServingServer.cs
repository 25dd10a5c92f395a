using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Access;
using Slipway.Core;
using Slipway.Core.Names;
using Slipway.Inference;
using Slipway.Registry;
using Slipway.Registry.Approvals;
using Slipway.Rollouts;
using Slipway.Serving;
using Slipway.Storage;
using Slipway.Storage.Blobs;
using Slipway.Tests;

namespace Slipway.Serve.Tests.Serving;

/// <summary>
/// A real server on a free loopback port: storage in a folder of its own, registry, rollouts and serving. Two versions of a model lie beside the tests: both answer rentals from
/// <c>temp</c> and <c>season</c>, and the second answers 1000 more, so an answer tells which version it is from.
/// </summary>
public sealed class ServingServer : IAsyncDisposable
{
    /// <summary>What a warm summer hour gives by LightGBM's own prediction with the first version, and with the second.</summary>
    public const double First = 256.97031296650755;

    public const double Second = 1256.509505606877;

    private readonly WebApplication _app;
    private readonly string _folder;

    private ServingServer(WebApplication app, string folder)
    {
        _app = app;
        _folder = folder;
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToArray();
        Client = new HttpClient { BaseAddress = new Uri(addresses[0]) };
        GrpcAddress = new Uri(addresses[1]);
    }

    public HttpClient Client { get; }

    public Uri GrpcAddress { get; }

    public IServiceProvider Services => _app.Services;

    public IDeployments Deployments => Services.GetRequiredService<IDeployments>();

    public static Task<ServingServer> StartAsync(CancellationToken cancellationToken) => StartAsync(new ServingOptions(), null, null, cancellationToken);

    public static async Task<ServingServer> StartAsync(
        ServingOptions options, Action<IServiceCollection>? configure, string? folder, CancellationToken cancellationToken)
    {
        folder ??= Directory.CreateTempSubdirectory("slipway-serving-").FullName;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "slipway" });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddRoutingCore();
        builder.Services.ConfigureHttpJsonOptions(json => SlipwayJson.Configure(json.SerializerOptions));
        builder.Services.AddTestStorage(Path.Combine(folder, "data")).AddAccess(new AccessOptions()).AddRegistry().AddRollouts().AddServing(options);
        configure?.Invoke(builder.Services);
        var app = builder.Build();
        app.UseRouting();
        app.MapServing();
        await app.Services.OpenStorageAsync(cancellationToken);
        await app.StartAsync(cancellationToken);
        return new ServingServer(app, folder);
    }

    /// <summary>Registers and approves one of the model folders beside the tests, or a folder with a full path.</summary>
    public async Task<VersionReference> AddVersionAsync(string model, string folder, CancellationToken cancellationToken)
    {
        folder = Path.Combine(AppContext.BaseDirectory, "Serving", "Models", folder);
        var artifact = await Services.GetRequiredService<IArtifactStore>().PutFolderAsync(folder, cancellationToken);
        using var loaded = ModelLoader.Load(folder, new ModelLoadOptions());
        var registry = Services.GetRequiredService<IModelRegistry>();
        var lineage = new Lineage(null, null, new Dictionary<string, string>(), null, null);
        var registered = await registry.RegisterAsync(
            new NewModelVersion(model, artifact.Digest, loaded.Format, loaded.Signature, new Dictionary<string, double>(), lineage), Actor.Local, cancellationToken);
        var reference = registered.Version.Reference;
        await registry.ValidateAsync(reference, "{}", Actor.Local, cancellationToken);
        await Services.GetRequiredService<IApprovals>().ApproveAsync(reference, Caller.Local, null, cancellationToken);
        return reference;
    }

    /// <summary>Deploys the first version, and with <paramref name="both"/> the second after it.</summary>
    public async Task<(VersionReference First, VersionReference Second)> DeployAsync(string name, bool both, CancellationToken cancellationToken)
    {
        var first = await AddVersionAsync($"{name}-model", "first", cancellationToken);
        var second = await AddVersionAsync($"{name}-model", "second", cancellationToken);
        await Deployments.DeployAsync(name, first, Actor.Local, null, cancellationToken);
        if (both)
        {
            await Deployments.DeployAsync(name, second, Actor.Local, null, cancellationToken);
        }

        return (first, second);
    }

    /// <summary>Lets a rollout try a version with a share of a deployment's requests; without a version, ends it.</summary>
    public async Task TryAsync(string name, VersionReference? version, double weight, string rollout, CancellationToken cancellationToken)
    {
        var state = (await Deployments.FindAsync(name, cancellationToken))!;
        if (version is not null)
        {
            var known = await Services.GetRequiredService<IModelRegistry>().GetAsync(version, cancellationToken);
            state = state with { Candidate = new CandidateState(new DeployedVersion(version, known.ArtifactDigest), weight, rollout) };
        }

        var versions = Services.GetRequiredService<IVersionServer>();
        await versions.PrepareAsync(state, cancellationToken);
        versions.Activate(state);
    }

    public async Task<Answer> PostAsync(string path, string body, CancellationToken cancellationToken) =>
        await SendAsync(path, new StringContent(body, Encoding.UTF8, "application/x-www-form-urlencoded"), cancellationToken);

    public async Task<Answer> SendAsync(string path, HttpContent content, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        return await SendAsync(request, cancellationToken);
    }

    public async Task<Answer> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var response = await Client.SendAsync(request, cancellationToken);
        return new Answer(response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken));
    }

    public async Task<Answer> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Accept", "application/json" } } };
        return await SendAsync(request, cancellationToken);
    }

    /// <summary>Stops the server and keeps its data.</summary>
    public async Task<string> StopAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        return _folder;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>A status and its JSON.</summary>
public sealed record Answer(HttpStatusCode Status, JsonElement Json)
{
    public string Error => Json.GetProperty("error").GetString()!;

    public string Role => Json.GetProperty("parameters").GetProperty("role").GetString()!;

    public double Prediction => Json.GetProperty("outputs")[0].GetProperty("data")[0].GetDouble();
}
