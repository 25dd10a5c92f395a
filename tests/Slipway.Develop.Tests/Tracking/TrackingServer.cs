using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Slipway.Access;
using Slipway.Access.Audit;
using Slipway.Core;
using Slipway.Storage;
using Slipway.Tracking;
using Slipway.Tracking.Reading;

namespace Slipway.Develop.Tests.Tracking;

/// <summary>Tracking on a real server (Kestrel on the loopback) and real SQLite.</summary>
public sealed class TrackingServer : IAsyncLifetime
{
    private readonly string _root;
    private readonly WebApplication _app;

    public TrackingServer()
        : this(Directory.CreateTempSubdirectory("slipway-tracking-").FullName)
    {
    }

    /// <summary>In a folder of the caller's choice, which is deleted in the end.</summary>
    internal TrackingServer(string root)
    {
        _root = root;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddLogging().AddRoutingCore();
        builder.Services.ConfigureHttpJsonOptions(json => SlipwayJson.Configure(json.SerializerOptions));
        builder.Services.AddSingleton<TimeProvider>(Time);
        builder.Services.AddStorage(new StorageOptions(Path.Combine(_root, "data"))).AddAccess(new AccessOptions()).AddTracking();
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = 64 << 20);
        _app = builder.Build();
        _app.UseAccess();
        _app.MapTracking();
    }

    /// <summary>The server's clock, which stands still until a test moves it.</summary>
    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 5, 4, 12, 0, 0, TimeSpan.Zero));

    public Database Database => _app.Services.GetRequiredService<Database>();

    public ITrackingReader Reader => _app.Services.GetRequiredService<ITrackingReader>();

    public IAuditLog Audit => _app.Services.GetRequiredService<IAuditLog>();

    public EndpointDataSource Routes => _app.Services.GetRequiredService<EndpointDataSource>();

    internal WireClient Client { get; private set; } = null!;

    public Uri Address => new(_app.Urls.Single());

    public async ValueTask InitializeAsync()
    {
        await _app.Services.OpenStorageAsync(CancellationToken.None);
        await _app.StartAsync();
        Client = new WireClient(Address);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }
}
