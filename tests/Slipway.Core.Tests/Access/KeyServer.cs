using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Slipway.Access;
using Slipway.Access.Audit;
using Slipway.Access.Authentication;
using Slipway.Access.Keys;
using Slipway.Access.Scopes;
using Slipway.Core.Tests.Storage;
using Slipway.Storage;
using Slipway.Storage.Events;
using Slipway.Tests;

namespace Slipway.Core.Tests.Access;

/// <summary>A real server with authentication on, its own clock, a key of each role, and routes of each permission and scope.</summary>
internal sealed class KeyServer : IAsyncDisposable
{
    private static readonly string[] Lists = ["bikes", "scooters"];

    private readonly TemporaryFolder _folder = new();
    private readonly WebApplication _app;
    private readonly Dictionary<Role, string> _secrets = [];

    private KeyServer(OidcOptions? oidc)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.AddProvider(Log).SetMinimumLevel(LogLevel.Trace);
        builder.Services.AddRoutingCore();
        builder.Services.ConfigureHttpJsonOptions(json => SlipwayJson.Configure(json.SerializerOptions));
        builder.Services.AddSingleton<TimeProvider>(Time);
        builder.Services.AddTestStorage(_folder.Of("data")).AddAccess(new AccessOptions { RequireSignIn = true, Oidc = oidc });
        builder.Services.AddSingleton<IDeploymentModels>(new Deployed());
        builder.Services.AddSingleton(new SignInPage("/sign-in"));
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.UseAccess();
        _app.MapAccess();
        _app.MapGet("/open", (HttpContext context) => context.GetCaller().Actor.Name).Needs(Permission.Anonymous);
        _app.MapGet("/who", (HttpContext context) => context.GetCaller().Actor.Name).Needs(Permission.Read);
        foreach (var permission in Enum.GetValues<Permission>())
        {
            _app.MapPost($"/may/{permission}", () => "done").WithName($"May{permission}").Needs(permission);
        }

        _app.MapPost("/score/{name}", (string name) => name).OfDeployment().Needs(Permission.Score);
        _app.MapPost("/projects/{model}", (string model) => model).OfProject().Needs(Permission.Score);
        _app.MapPost("/in-body", (string name, HttpContext context) =>
        {
            context.DemandScope(ScopeTarget.OfDeployment(name));
            return name;
        }).ChecksScope().Needs(Permission.Score);
        _app.MapPost("/message", (string name, HttpContext context) =>
        {
            context.DemandMessage(ScopeTarget.OfDeployment(name));
            return name;
        }).ChecksScope().Needs(Permission.Score);
        _app.MapGet("/filtered", (HttpContext context) => Lists.Where(name => context.IsInScope(ScopeTarget.OfDeployment(name)))).ChecksScope().Needs(Permission.Score);
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 5, 3, 14, 0, 0, TimeSpan.Zero));

    public EverythingLogged Log { get; } = new();

    public IApiKeys Keys => _app.Services.GetRequiredService<IApiKeys>();

    public ISignIn SignIn => _app.Services.GetRequiredService<ISignIn>();

    public IAuditLog Audit => _app.Services.GetRequiredService<IAuditLog>();

    public IEventLog Events => _app.Services.GetRequiredService<IEventLog>();

    public Database Database => _app.Services.GetRequiredService<Database>();

    public IServiceProvider Services => _app.Services;

    public Uri Address => new(_app.Urls.Single());

    public static async Task<KeyServer> StartAsync(CancellationToken cancellationToken, OidcOptions? oidc = null)
    {
        var server = new KeyServer(oidc);
        await server._app.Services.OpenStorageAsync(cancellationToken);
        foreach (var role in Enum.GetValues<Role>())
        {
            server._secrets[role] = (await server.Keys.CreateAsync(new KeyRequest(role.Name() + "-key", role), Actor.Local, cancellationToken)).Secret;
        }

        await server._app.Services.OpenAccessAsync(cancellationToken);
        await server._app.StartAsync(cancellationToken);
        return server;
    }

    public string Secret(Role role) => _secrets[role];

    public async Task<string> NewKeyAsync(KeyRequest request, CancellationToken cancellationToken) => (await Keys.CreateAsync(request, Actor.Local, cancellationToken)).Secret;

    /// <summary>A client with a key, or without any; it follows no redirects.</summary>
    public HttpClient Client(string? secret = null)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Address };
        if (secret is not null)
        {
            client.DefaultRequestHeaders.Add("Authorization", $"Bearer {secret}");
        }

        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    private sealed class Deployed : IDeploymentModels
    {
        public string? Find(string deployment) => deployment switch
        {
            "bikes" => "bike-demand",
            "scooters" => "scooter-demand",
            _ => null,
        };
    }
}

/// <summary>Every line that the server logged, of all levels.</summary>
internal sealed class EverythingLogged : ILoggerProvider, ILogger
{
    public System.Collections.Concurrent.ConcurrentQueue<string> Lines { get; } = new();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
    {
        Lines.Enqueue($"{state}");
        return null;
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue($"{formatter(state, exception)} {exception}");

    public void Dispose()
    {
    }
}
