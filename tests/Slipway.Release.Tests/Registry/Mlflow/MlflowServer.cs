using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Slipway.Access;
using Slipway.Access.Audit;
using Slipway.Core;
using Slipway.Develop.Tests.Tracking;
using Slipway.Registry;
using Slipway.Registry.Approvals;
using Slipway.Release.Tests.Rollouts;
using Slipway.Rollouts;
using Slipway.Rollouts.Releases;
using Slipway.Storage;
using Slipway.Storage.Blobs;
using Slipway.Tests;
using Slipway.Tracking;

namespace Slipway.Release.Tests.Registry.Mlflow;

/// <summary>Tracking, registry and rollouts on a real server (Kestrel on the loopback) and a real database.</summary>
public class MlflowServer : IAsyncLifetime
{
    private readonly string _root;
    private readonly bool _keepsRoot;
    private readonly WebApplication _app;

    public MlflowServer()
        : this(new AccessOptions(), root: null)
    {
    }

    /// <summary>On a folder that stays when this ends, where one is given.</summary>
    internal MlflowServer(AccessOptions access, string? root, bool postgreSql = false)
    {
        _keepsRoot = root is not null;
        _root = root ?? Directory.CreateTempSubdirectory("slipway-mlflow-registry-").FullName;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddLogging().AddRoutingCore();
        builder.Services.ConfigureHttpJsonOptions(json => SlipwayJson.Configure(json.SerializerOptions));
        builder.Services.AddSingleton<TimeProvider>(Time);
        builder.Services
            .AddTestStorage(Path.Combine(_root, "data"), postgreSql)
            .AddAccess(access)
            .AddTracking()
            .AddRegistry()
            .AddRollouts()
            .AddSingleton<ScriptedPlans>()
            .AddSingleton<IReleasePlans>(provider => provider.GetRequiredService<ScriptedPlans>())
            .AddSingleton<ArtifactServer>()
            .AddSingleton<IVersionServer>(provider => provider.GetRequiredService<ArtifactServer>());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.UseAccess();
        _app.MapTracking();
        _app.MapRegistry();
        _app.MapRollouts();
    }

    /// <summary>The server's clock, which stands still until a test moves it.</summary>
    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 5, 4, 12, 0, 0, TimeSpan.Zero));

    public long Now => Time.GetUtcNow().ToUnixTimeMilliseconds();

    public IModelRegistry Registry => Get<IModelRegistry>();

    internal WireClient Client { get; private set; } = null!;

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>Registers something that Slipway can serve; each answer is another artifact from other data.</summary>
    public async Task<ModelVersion> RegisterAsync(string model, string answer)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_root, $"{Guid.NewGuid():N}"));
        Directory.CreateDirectory(Path.Combine(folder.FullName, "data"));
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, ArtifactServer.FileName), answer, CancellationToken.None);
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "data", "golden.csv"), $"a\n{answer}\n", CancellationToken.None);
        var artifact = await Get<IArtifactStore>().PutFolderAsync(folder.FullName, CancellationToken.None);
        return (await Registry.RegisterAsync(ReleaseHost.New(model, artifact.Digest, $"data-of-{answer}"), ReleaseHost.Alice, CancellationToken.None)).Version;
    }

    /// <summary>The same, approved.</summary>
    public async Task<ModelVersion> ApproveAsync(ModelVersion version)
    {
        await Registry.ValidateAsync(version.Reference, "[]", ReleaseHost.Alice, CancellationToken.None);
        await Get<IApprovals>().ApproveAsync(version.Reference, ReleaseHost.Approver(ReleaseHost.Bob), null, CancellationToken.None);
        return await Registry.GetAsync(version.Reference, CancellationToken.None);
    }

    /// <summary>The newest entries of the audit, each as action, target and outcome.</summary>
    public async Task<IReadOnlyList<string>> AuditAsync(int count) =>
        [.. (await Get<IAuditLog>().ListAsync(count, CancellationToken.None)).Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Action} {entry.Target} {entry.Outcome}"))];

    public async ValueTask InitializeAsync()
    {
        await _app.Services.OpenStorageAsync(CancellationToken.None);
        await _app.StartAsync();
        Client = new WireClient(new Uri(_app.Urls.Single()));
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (!_keepsRoot)
        {
            Directory.Delete(_root, recursive: true);
        }

        GC.SuppressFinalize(this);
    }
}

/// <summary>The same on PostgreSQL, for suites that run on both.</summary>
public sealed class PostgreSqlMlflowServer() : MlflowServer(new AccessOptions(), root: null, postgreSql: true);
