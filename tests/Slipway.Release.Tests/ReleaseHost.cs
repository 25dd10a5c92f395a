using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Slipway.Access;
using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Inference;
using Slipway.Inference.Tensors;
using Slipway.Registry;
using Slipway.Registry.Approvals;
using Slipway.Release.Tests.Rollouts;
using Slipway.Rollouts;
using Slipway.Rollouts.Releases;
using Slipway.Storage;
using Slipway.Storage.Blobs;
using Slipway.Storage.Events;
using Slipway.Tests;
using Slipway.Tracking;

namespace Slipway.Release.Tests;

/// <summary>Both modules over HTTP, on real storage in a folder of their own.</summary>
public sealed class ReleaseHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ReleaseHost(WebApplication app, HttpClient http)
    {
        _app = app;
        Http = http;
    }

    public HttpClient Http { get; }

    public IModelRegistry Registry => Get<IModelRegistry>();

    public IApprovals Approvals => Get<IApprovals>();

    public IDeployments Deployments => Get<IDeployments>();

    public IDeploymentsReadiness Readiness => Get<IDeploymentsReadiness>();

    public IEventLog Events => Get<IEventLog>();

    internal ArtifactServer Server => Get<ArtifactServer>();

    internal ScriptedEvidence Evidence => Get<ScriptedEvidence>();

    public IRollouts Rollouts => Get<IRollouts>();

    /// <summary>
    /// Starts on <paramref name="folder"/>; <paramref name="server"/> is set up before what was deployed is restored, and <paramref name="services"/> adds or replaces parts.
    /// </summary>
    public static async Task<ReleaseHost> StartAsync(
        string folder, CancellationToken cancellationToken, Action<IServerSetup>? server = null, Action<IServiceCollection>? services = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Services
            .ConfigureHttpJsonOptions(options => SlipwayJson.Configure(options.SerializerOptions))
            .AddTestStorage(folder)
            .AddAccess(new AccessOptions())
            .AddTracking()
            .AddRegistry()
            .AddRollouts()
            .AddSingleton<ScriptedPlans>()
            .AddSingleton<IReleasePlans>(provider => provider.GetRequiredService<ScriptedPlans>())
            .AddSingleton<ScriptedEvidence>()
            .AddSingleton<IRolloutEvidence>(provider => provider.GetRequiredService<ScriptedEvidence>())
            .AddSingleton<ArtifactServer>()
            .AddSingleton<IVersionServer>(provider => provider.GetRequiredService<ArtifactServer>());

        services?.Invoke(builder.Services);
        var app = builder.Build();
        app.Use(AnswerErrorsAsync);
        app.MapRegistry();
        app.MapRollouts();
        server?.Invoke(app.Services.GetRequiredService<ArtifactServer>());
        await app.Services.OpenStorageAsync(cancellationToken);
        await app.StartAsync(cancellationToken);
        return new ReleaseHost(app, app.GetTestClient());
    }

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>Registers a model that answers with a number. Each number is another artifact from other data.</summary>
    public async Task<ModelVersion> RegisterAsync(string model, string answer, CancellationToken cancellationToken) =>
        (await Registry.RegisterAsync(await DescribeAsync(model, answer, cancellationToken), Alice, cancellationToken)).Version;

    public async Task<ModelVersion> AddApprovedAsync(string model, string answer, CancellationToken cancellationToken)
    {
        var version = await RegisterAsync(model, answer, cancellationToken);
        await Registry.ValidateAsync(version.Reference, "[]", Alice, cancellationToken);
        return await ApproveAsync(version.Reference, cancellationToken);
    }

    /// <summary>Bob, who registers nothing, approves.</summary>
    public async Task<ModelVersion> ApproveAsync(VersionReference version, CancellationToken cancellationToken)
    {
        await Approvals.ApproveAsync(version, Approver(Bob), null, cancellationToken);
        return await Registry.GetAsync(version, cancellationToken);
    }

    /// <summary>Bob rejects.</summary>
    public Task RejectAsync(VersionReference version, string? reason, CancellationToken cancellationToken) => Approvals.RejectAsync(version, Approver(Bob), reason, cancellationToken);

    public static Caller Approver(Actor actor) => new(actor, Role.Approver, IsAuthenticated: true);

    public async Task<NewModelVersion> DescribeAsync(string model, string answer, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("slipway-artifact-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, ArtifactServer.FileName), answer, cancellationToken);
            var artifact = await Get<IArtifactStore>().PutFolderAsync(folder.FullName, cancellationToken);
            return New(model, artifact.Digest, dataset: $"data-of-{answer}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public static NewModelVersion New(string model, string artifact, string? dataset) => new(
        model,
        artifact,
        "constant",
        new ModelSignature([new TensorSpec("temp", TensorType.Float64, [-1])], [new TensorSpec("rentals", TensorType.Float64, [-1])], Tabular: true),
        new Dictionary<string, double> { ["rmse"] = 41.5 },
        new Lineage("rides", dataset, new Dictionary<string, string> { ["algorithm"] = "constant" }, "abc123", "run-1"));

    public static Actor Alice { get; } = new("alice");

    public static Actor Bob { get; } = new("bob");

    /// <summary>Posts and answers the status with the body as JSON.</summary>
    public async Task<(int Status, JsonElement Body)> PostAsync(string path, object? body, CancellationToken cancellationToken)
    {
        using var content = body is null ? null : JsonContent.Create(body);
        using var response = await Http.PostAsync(new Uri(path, UriKind.Relative), content, cancellationToken);
        return await ReadAsync(response, cancellationToken);
    }

    /// <summary>Gets and answers the status with the body as JSON.</summary>
    public async Task<(int Status, JsonElement Body)> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await Http.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
        return await ReadAsync(response, cancellationToken);
    }

    public async Task DeployAsync(string name, VersionReference version, CancellationToken cancellationToken) =>
        await Deployments.DeployAsync(name, version, Alice, null, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }

    private static async Task<(int Status, JsonElement Body)> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return ((int)response.StatusCode, text.Length == 0 ? default : JsonElement.Parse(text));
    }

    private static async Task AnswerErrorsAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (SlipwayException e)
        {
            context.Response.StatusCode = e.Kind switch
            {
                ErrorKind.InvalidInput => 400,
                ErrorKind.Forbidden => 403,
                ErrorKind.NotFound => 404,
                ErrorKind.Conflict => 409,
                ErrorKind.TooLarge => 413,
                ErrorKind.Failed => 422,
                _ => 500,
            };
            await context.Response.WriteAsJsonAsync(new { detail = e.Message });
        }
    }
}
