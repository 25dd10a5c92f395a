using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Slipway.Access;
using Slipway.Access.Audit;
using Slipway.Core;
using Slipway.Storage;
using Slipway.Tests;
using Slipway.Tracking;
using Slipway.Tracking.Reading;

namespace Slipway.Develop.Tests.Tracking;

/// <summary>Tracking on a real server (Kestrel on the loopback) and a real database.</summary>
public class TrackingServer : IAsyncLifetime
{
    private readonly string _root;
    private readonly bool _postgreSql;
    private WebApplication? _app;

    public TrackingServer()
        : this(NewFolder())
    {
    }

    /// <summary>In a folder of the caller's choice, which is deleted in the end.</summary>
    internal TrackingServer(string root, bool postgreSql = false) => (_root, _postgreSql) = (root, postgreSql);

    /// <summary>The server's clock, which stands still until a test moves it.</summary>
    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 5, 4, 12, 0, 0, TimeSpan.Zero));

    public Database Database => App.Services.GetRequiredService<Database>();

    public ITrackingReader Reader => App.Services.GetRequiredService<ITrackingReader>();

    public IAuditLog Audit => App.Services.GetRequiredService<IAuditLog>();

    public EndpointDataSource Routes => App.Services.GetRequiredService<EndpointDataSource>();

    internal WireClient Client { get; private set; } = null!;

    public Uri Address => new(App.Urls.Single());

    private WebApplication App => _app ?? throw new InvalidOperationException("The server is not started yet.");

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddLogging().AddRoutingCore();
        builder.Services.ConfigureHttpJsonOptions(json => SlipwayJson.Configure(json.SerializerOptions));
        builder.Services.AddSingleton<TimeProvider>(Time);
        builder.Services.AddTestStorage(Path.Combine(_root, "data"), _postgreSql).AddAccess(new AccessOptions()).AddTracking();
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = 64 << 20);
        _app = builder.Build();
        _app.UseAccess();
        _app.MapTracking();
        await _app.Services.OpenStorageAsync(CancellationToken.None);
        await _app.StartAsync();
        Client = new WireClient(Address);
    }

    private protected static string NewFolder() => Directory.CreateTempSubdirectory("slipway-tracking-").FullName;

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        Directory.Delete(_root, recursive: true);
        GC.SuppressFinalize(this);
    }
}

/// <summary>The same on PostgreSQL, for suites that run on both.</summary>
public sealed class PostgreSqlTrackingServer() : TrackingServer(NewFolder(), postgreSql: true);
