using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Slipway.Access;
using Slipway.Access.Audit;
using Slipway.Core.Errors;
using Slipway.Core.Tests.Storage;
using Slipway.Storage;
using Slipway.Tests;

namespace Slipway.Core.Tests.Access;

/// <summary>A real server (Kestrel on the loopback) with access in front of a few routes, each of which does one thing.</summary>
public sealed class AccessServer : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly WebApplication _app;

    public AccessServer()
        : this(testServer: false)
    {
    }

    private AccessServer(bool testServer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.AddProvider(Log);
        builder.Services.AddRoutingCore();
        builder.Services.ConfigureHttpJsonOptions(json => SlipwayJson.Configure(json.SerializerOptions));
        builder.Services.AddTestStorage(_folder.Of("data")).AddAccess(new AccessOptions { Hosts = ["models.example", "2001:db8::7"] });
        if (testServer)
        {
            builder.WebHost.UseTestServer();
        }
        else
        {
            builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = 10_000);
        }

        _app = builder.Build();
        _app.UseAccess();
        _app.UseWebSockets();
        _app.MapAccess();
        Map(_app);
    }

    public CapturedLog Log { get; } = new();

    public IAuditLog Audit => _app.Services.GetRequiredService<IAuditLog>();

    public Database Database => _app.Services.GetRequiredService<Database>();

    public EndpointDataSource Routes => _app.Services.GetRequiredService<EndpointDataSource>();

    /// <summary>Completed when the route that waits has been entered.</summary>
    public TaskCompletionSource Waiting { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completed when the route that waits has been left.</summary>
    public TaskCompletionSource Left { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Uri Address => new(_app.Urls.Single());

    /// <summary>The same server without a network, whose requests can be of a shape that no client sends.</summary>
    public static async Task<AccessServer> StartTestServerAsync()
    {
        var server = new AccessServer(testServer: true);
        await server.InitializeAsync();
        return server;
    }

    public TestServer TestServer => _app.GetTestServer();

    public HttpClient CreateClient() => new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = Address };

    public async ValueTask InitializeAsync()
    {
        await _app.Services.OpenStorageAsync(CancellationToken.None);
        await _app.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    private void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/read", () => "read").Needs(Permission.Read);
        routes.MapPost("/search", (Order order) => order).WithName("Search").Needs(Permission.Read);
        routes.MapPost("/score/{name}", (string name) => name).WithName("Score").Needs(Permission.Score);
        routes.MapPost("/sign-in", () => "in").WithName("SignIn").Needs(Permission.Anonymous);
        routes.MapPost("/models/{model}/versions/{version}/approve", (string model, string version) => $"{model} {version}").WithName("ApproveVersion").Needs(Permission.Approve);
        routes.MapPost("/orders", (Order order, HttpContext context) =>
        {
            context.SetAuditTarget($"order/{order.Name}");
            return order;
        }).WithName("PlaceOrder").Needs(Permission.Develop);
        routes.MapPost("/change/{fault}", async (string fault, HttpContext context, Database database) =>
        {
            await database.WriteAsync(
                async transaction =>
                {
                    await context.AuditAsync(transaction);
                    return fault == "within" ? throw new SlipwayException(ErrorKind.Conflict, "It went wrong.") : 0;
                },
                CancellationToken.None);
            return fault == "after" ? throw new SlipwayException(ErrorKind.Conflict, "It went wrong.") : "changed";
        }).WithName("Change").Needs(Permission.Develop);
        routes.MapDelete("/things/{name}", (string name) => Results.NoContent()).Needs(Permission.Administer);
        routes.MapGet("/fail/{kind}", Fail).Needs(Permission.Read);
        routes.MapPost("/fail/{kind}", Fail).WithName("Fail").Needs(Permission.Deploy);
        routes.MapPost("/fail-unexpectedly", string () => throw new FormatException("the password is hunter2")).WithName("FailUnexpectedly").Needs(Permission.Deploy);
        routes.MapGet("/fail-late", async (HttpContext context) =>
        {
            await context.Response.WriteAsync("half");
            await context.Response.Body.FlushAsync();
            throw new FormatException("too late");
        }).Needs(Permission.Read);
        routes.MapGet("/five-mistakes", string () => throw new SlipwayException(ErrorKind.InvalidInput, "Two mistakes.") { Details = ["first", "second"] }).Needs(Permission.Read);
        routes.MapGet("/undeclared", () => "open to all");
        routes.MapPost("/undeclared-change", () => "open to all");
        routes.MapGet("/page", (HttpContext context) =>
        {
            context.AllowInlineScript("""{"imports":{}}""");
            return Results.Content(context.AllowScriptNonce(), "text/html");
        }).Needs(Permission.Read);
        routes.MapGet("/socket", async (HttpContext context) =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await socket.CloseAsync(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, "bye", context.RequestAborted);
        }).Needs(Permission.Read);
        routes.MapPost("/wait", async (HttpContext context) =>
        {
            try
            {
                Waiting.SetResult();
                await new TaskCompletionSource().Task.WaitAsync(context.RequestAborted);
            }
            finally
            {
                Left.SetResult();
            }
        }).WithName("Wait").Needs(Permission.Develop);
        routes.MapPost("/grpc/{code:int}", (int code, HttpContext context) =>
        {
            context.Response.ContentType = "application/grpc";
            context.Response.AppendTrailer("grpc-status", code.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }).WithName("Grpc").Needs(Permission.Deploy);
    }

    private static string Fail(ErrorKind kind, string? text) => throw new SlipwayException(kind, text ?? "It went wrong.");
}

public sealed record Order(string Name, int Count);

/// <summary>What the server logged.</summary>
public sealed class CapturedLog : ILoggerProvider, ILogger
{
    public ConcurrentQueue<(LogLevel Level, string Text, Exception? Error)> Entries { get; } = new();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            Entries.Enqueue((logLevel, formatter(state, exception), exception));
        }
    }

    public void Dispose()
    {
    }
}
