using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MudBlazor.Services;
using Slipway.Access.Audit;
using Slipway.Access.Authentication;
using Slipway.Console.Components;
using Slipway.Console.Reading;
using Slipway.Console.SigningIn;
using Slipway.Core.Errors;
using Slipway.Datasets;
using Slipway.Monitoring;
using Slipway.Monitoring.Diff;
using Slipway.Monitoring.Predictions;
using Slipway.Registry;
using Slipway.Registry.Approvals;
using Slipway.Registry.Cards;
using Slipway.Registry.Lineages;
using Slipway.Retraining.Pipelines;
using Slipway.Retraining.Projects;
using Slipway.Rollouts;
using Slipway.Rollouts.History;
using Slipway.Rollouts.Releases;
using Slipway.Serving.Figures;
using Slipway.Storage.Blobs;
using Slipway.Storage.Events;
using Slipway.Tracking.Reading;
using Slipway.Training;

namespace Slipway.Console.Hosting;

/// <summary>
/// The console's own services and pipeline, built on its first request: Blazor with its circuits would add a third to the server's start, and a server that only
/// answers predictions never needs them. Requests are handed in from the server's pipeline, behind its checks.
/// </summary>
internal sealed partial class ConsoleHost : IAsyncDisposable
{
    /// <summary>Pages that are open at once. Each holds a circuit of some hundred kilobytes, so they are bounded.</summary>
    public const int MaxCircuits = 64;

    // How soon a page that is open closes when whoever opened it may no longer be here.
    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(2);

    private readonly ILogger<ConsoleHost> _logger;
    private readonly ISignIn _signIn;
    private readonly TimeProvider _time;
    private readonly Lazy<Branch> _branch;
    private int _circuits;

    public ConsoleHost(IServiceProvider server, ILogger<ConsoleHost> logger)
    {
        _logger = logger;
        _signIn = server.GetRequiredService<ISignIn>();
        _time = server.GetRequiredService<TimeProvider>();
        _branch = new Lazy<Branch>(() => Build(server));
    }

    /// <summary>True once a request has come.</summary>
    public bool IsBuilt => _branch.IsValueCreated;

    /// <summary>Answers a page.</summary>
    public Task RunAsync(HttpContext context) => RunAsync(context, context.Request.Path);

    /// <summary>Carries a page's circuit.</summary>
    public async Task RunCircuitAsync(HttpContext context)
    {
        if (context.Request.Path != "/_blazor")
        {
            await RunAsync(context);
            return;
        }

        // Not WebSockets.IsWebSocketRequest: that feature is set further in. Long polling is refused, since its circuits could not be counted here.
        if (context.Features.Get<IHttpUpgradeFeature>()?.IsUpgradableRequest != true)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, "The console keeps its pages fresh over a WebSocket, and this request is none. Let the proxy pass WebSockets through.");
        }

        try
        {
            if (Interlocked.Increment(ref _circuits) > MaxCircuits)
            {
                throw new SlipwayException(
                    ErrorKind.Unavailable, $"{MaxCircuits} pages of the console are open already, which is the most at once. Close some and load this one again.");
            }

            var isIn = _signIn.Watch(context);
            await using var watch = _signIn.IsRequired ? _time.CreateTimer(_ => EndUnless(isIn, context), null, Watched, Watched) : null;
            await RunAsync(context);
        }
        finally
        {
            Interlocked.Decrement(ref _circuits);
        }
    }

    /// <summary>Tells a browser that nothing answers the address it asked for; everybody else gets the server's own 404.</summary>
    public Task AnswerUnknownAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        var asksForPage = context.GetEndpoint() is null
            && (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
            && request.GetTypedHeaders().Accept.Any(type => type.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase))
            && !IsInterface(request.Path);
        return asksForPage ? RunAsync(context, "/not-found") : next(context);
    }

    public async ValueTask DisposeAsync()
    {
        if (_branch.IsValueCreated)
        {
            await _branch.Value.Services.DisposeAsync();
        }
    }

    // The page comes back to the server to be told, and is sent to sign in.
    private static void EndUnless(Func<bool> isIn, HttpContext context)
    {
        if (!isIn())
        {
            context.Abort();
        }
    }

    // A browser that is pointed at an interface by hand should see what a program would see.
    private static bool IsInterface(PathString path) =>
        path.StartsWithSegments("/api") || path.StartsWithSegments("/ajax-api") || path.StartsWithSegments("/v1") || path.StartsWithSegments("/v2")
        || path.StartsWithSegments("/deployments") || path.StartsWithSegments("/openapi") || path.StartsWithSegments("/health") || path.StartsWithSegments("/metrics");

    private async Task RunAsync(HttpContext context, PathString path)
    {
        var branch = _branch.Value;
        var (services, endpoint, routeValues, requested, user) = (context.RequestServices, context.GetEndpoint(), context.Request.RouteValues, context.Request.Path, context.User);
        await using var scope = branch.Services.CreateAsyncScope();
        context.Response.Headers.CacheControl = "no-store";
        context.RequestServices = scope.ServiceProvider;
        PageCaller.HandOver(context);
        context.Request.Path = path;

        // The routing inside leaves a request alone for which an endpoint is chosen already.
        context.SetEndpoint(null);
        context.Request.RouteValues = [];
        try
        {
            await branch.Pipeline(context);
        }
        finally
        {
            context.RequestServices = services;
            context.Request.Path = requested;
            context.User = user;
            context.SetEndpoint(endpoint);
            context.Request.RouteValues = routeValues;
        }
    }

    private Branch Build(IServiceProvider server)
    {
        var clock = server.GetRequiredService<TimeProvider>();
        var started = clock.GetTimestamp();
        var environment = new ConsoleEnvironment(server.GetRequiredService<IHostEnvironment>());
        var services = new ServiceCollection();

        // Instances, so that disposing the console does not dispose what belongs to the server.
        Forward<ILoggerFactory>();
        Forward<IConfiguration>();
        Forward<IHostApplicationLifetime>();
        Forward<TimeProvider>();
        Forward<IProjects>();
        Forward<IPipelines>();
        Forward<IDatasets>();
        Forward<ITrials>();
        Forward<ITrackingReader>();
        Forward<IModelRegistry>();
        Forward<IRegisteredModels>();
        Forward<IModelCards>();
        Forward<IArtifactStore>();
        Forward<IApprovals>();
        Forward<IAuditLog>();
        Forward<IDeployments>();
        Forward<IDeploymentHistory>();
        Forward<ILineage>();
        Forward<IServingFigures>();
        Forward<IEventLog>();
        ForwardIfThere<IMonitoring>();
        ForwardIfThere<IPredictions>();
        ForwardIfThere<IVersionDiffs>();
        ForwardIfThere<IRollouts>();
        services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        services.AddSingleton<IWebHostEnvironment>(environment);
        services.AddSingleton<IHostEnvironment>(environment);
        var diagnostics = new DiagnosticListener("Slipway.Console");
        services.AddSingleton(diagnostics);
        services.AddSingleton<DiagnosticSource>(diagnostics);

        services.AddRazorComponents().AddInteractiveServerComponents(Bound).AddHubOptions(hub => hub.MaximumReceiveMessageSize = 32 << 10);
        services.AddMudServices();

        // Framing is forbidden by the server, which says so on every answer.
        services.AddAntiforgery(options => options.SuppressXFrameOptionsHeader = true);
        services.AddScoped<PageCaller>();
        services.AddSingleton<ProjectReader>();
        services.AddSingleton<WatchReader>();
        services.AddSingleton<PredictionReader>();
        services.AddSingleton<RunsReader>();
        services.AddSingleton<ModelReader>();
        services.AddScoped<ConsoleActions>();

        // Tokens need not outlive the process, since circuits do not; and keys in the home folder would break the rule about files.
        services.AddDataProtection().UseEphemeralDataProtectionProvider();

        var provider = services.BuildServiceProvider();
        var app = new ApplicationBuilder(provider);
        app.UseRouting();
        app.UseAntiforgery();
        app.UseEndpoints(endpoints => endpoints
            .MapRazorComponents<App>()
            .AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null));
        var pipeline = app.Build();
        var took = clock.GetElapsedTime(started);
        LogBuilt(took);
        return new Branch(provider, pipeline);

        void Forward<T>()
            where T : class => services.AddSingleton(server.GetRequiredService<T>());

        // A server may leave these out; then the pages have none to show.
        void ForwardIfThere<T>()
            where T : class
        {
            if (server.GetService<T>() is { } found)
            {
                services.AddSingleton(found);
            }
        }
    }

    // A page that lost its connection comes back within a minute or starts anew: what it shows is in the address.
    private static void Bound(CircuitOptions options)
    {
        options.DetailedErrors = false;
        options.DisconnectedCircuitMaxRetained = 8;
        options.DisconnectedCircuitRetentionPeriod = TimeSpan.FromMinutes(1);
        options.JSInteropDefaultCallTimeout = TimeSpan.FromSeconds(20);
        options.MaxBufferedUnacknowledgedRenderBatches = 10;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The console was built in {Took}")]
    private partial void LogBuilt(TimeSpan took);

    private sealed record Branch(ServiceProvider Services, RequestDelegate Pipeline);
}
