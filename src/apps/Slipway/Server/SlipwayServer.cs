using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Slipway.Access;
using Slipway.Console;
using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Datasets;
using Slipway.Monitoring;
using Slipway.PostgreSql;
using Slipway.Registry;
using Slipway.Retraining;
using Slipway.Rollouts;
using Slipway.Serving;
using Slipway.Storage;
using Slipway.Tracking;
using Slipway.Training;
using Slipway.Validation;

namespace Slipway.Server;

/// <summary>The server: every module on two ports, over one data folder.</summary>
internal sealed class SlipwayServer : IAsyncDisposable
{
    // The longest that requests in flight may take to finish once the server was told to stop.
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(30);

    private readonly WebApplication _app;

    private SlipwayServer(WebApplication app) => _app = app;

    /// <summary>The modules' services.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>Where the console, the API and REST listen.</summary>
    public string HttpAddress => Addresses[0];

    /// <summary>Where gRPC listens.</summary>
    public string GrpcAddress => Addresses[1];

    private string[] Addresses => [.. _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses];

    /// <summary>Opens the data folder and begins to listen; what was deployed answers when this returns.</summary>
    /// <exception cref="SlipwayException">A port is in use, or the data folder or the database cannot be used.</exception>
    public static async Task<SlipwayServer> StartAsync(ServerSettings settings, LogLevel logLevel, CancellationToken cancellationToken)
    {
        var app = Build(settings, logLevel);
        try
        {
            await app.Services.OpenStorageAsync(cancellationToken);
            await app.Services.OpenAccessAsync(cancellationToken);
            await app.StartAsync(cancellationToken);
            var server = new SlipwayServer(app);
            var key = await app.Services.IssueOwnKeyAsync(new Actor("slipway"), cancellationToken);
            await FirstRequests.SendAsync(server.HttpAddress, server.GrpcAddress, key, FirstRequests.Limit, cancellationToken);
            return server;
        }
        catch (System.Net.Sockets.SocketException exception)
        {
            await EndAsync(app);
            throw new SlipwayException(
                ErrorKind.InvalidInput,
                $"Slipway cannot listen on {settings.Http} and {settings.Grpc}: {exception.Message}. Choose addresses of this machine with --http and --grpc, and ports that this user may take.",
                exception);
        }
        catch (IOException exception) when (exception.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            await EndAsync(app);
            throw new SlipwayException(
                ErrorKind.Conflict,
                $"An address is in use by another program: {exception.Message} Stop that program, or choose other ports with --http and --grpc (port 0 takes a free one).",
                exception);
        }
        catch
        {
            await EndAsync(app);
            throw;
        }
    }

    /// <summary>Returns when <paramref name="cancellationToken"/> is cancelled: the program was told to stop.</summary>
    /// <exception cref="SlipwayException">A part of the server has ended by itself, so that it can no longer do its work.</exception>
    public async Task UntilStoppedAsync(CancellationToken cancellationToken)
    {
        // Not on the thread that handles the signal, which would then run the whole stop.
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        await using var told = cancellationToken.Register(() => stopped.TrySetResult());
        await using var fell = ended.Register(() => stopped.TrySetResult());
        await stopped.Task;
        if (Services.GetServices<IHostedService>().OfType<BackgroundService>().Select(service => service.ExecuteTask?.Exception).FirstOrDefault(e => e is not null) is { } cause)
        {
            throw cause.InnerException as SlipwayException
                ?? new SlipwayException(ErrorKind.Failed, $"A part of the server failed, so it stops: {cause.InnerException!.Message} What was deployed answers again after the next start.", cause);
        }
    }

    /// <summary>Takes no new requests, lets those in flight finish, and stops.</summary>
    public ValueTask DisposeAsync() => EndAsync(_app);

    /// <summary>The modules, each with its part of the schema: whoever opens a data folder needs them all.</summary>
    internal static IServiceCollection AddModules(IServiceCollection services, ServerSettings settings) => services
        .AddStorage(new StorageOptions(settings.Data))
        .AddPostgreSql(settings.Database)
        .AddAccess(new AccessOptions { Hosts = settings.Hosts, OutboundAllow = settings.OutboundAllow, RequireSignIn = settings.Auth, Oidc = settings.Oidc })
        .AddDatasets(settings.Datasets)
        .AddTracking()
        .AddTraining(new TrainingOptions(settings.AllowCommands))
        .AddValidation()
        .AddRegistry(settings.Registry)
        .AddRollouts()
        .AddServing(new ServingOptions
        {
            MaxRequestBytes = settings.MaxRequestBytes,
            MaxStall = settings.MaxStall,
            CompressFromBytes = settings.CompressFromBytes,
            Default = settings.DefaultDeployment,
            Models = settings.Models,
        })
        .AddMonitoring(settings.Monitoring)
        .AddRetraining(new RetrainingOptions(settings.ProjectRoots));

    private static WebApplication Build(ServerSettings settings, LogLevel logLevel)
    {
        // No arguments and no appsettings.json: settings come from one place, SettingsReader.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "slipway", ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(logLevel).AddFilter("Microsoft", LogLevel.Warning).AddFilter("Grpc", LogLevel.Warning);

        // The host logs with its trace what StartAsync throws, and what this turns into one sentence.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);

        // Where this may log anything, every request gets an Activity and a logging scope that nobody reads; spans are ours (RequestSpans), and what a request throws is logged elsewhere.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        builder.Logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listen(kestrel, settings));
        builder.Services.AddRoutingCore();
        builder.Services.ConfigureHttpJsonOptions(json => SlipwayJson.Configure(json.SerializerOptions));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = DrainLimit);
        builder.Services.AddSingleton(TimeProvider.System);
        AddModules(builder.Services, settings).AddConsole().AddApiDocument().AddTelemetry(settings.Telemetry);

        var app = builder.Build();
        app.UseAccess();
        app.MapAccess()
            .MapDatasets()
            .MapTracking()
            .MapTraining()
            .MapRegistry()
            .MapRollouts()
            .MapServing()
            .MapMonitoring()
            .MapRetraining();
        app.MapApiDocument();
        app.MapConsole();
        return app;
    }

    // Stopped before it is disposed, and where it failed to start too: the modules' loops run by the time a port turns out to be taken.
    private static async ValueTask EndAsync(WebApplication app)
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }

    private static void Listen(KestrelServerOptions kestrel, ServerSettings settings)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = settings.MaxRequestBytes;
        settings.Connections.Apply(kestrel.Limits);
        kestrel.Listen(settings.Http, listen => listen.Protocols = HttpProtocols.Http1);
        kestrel.Listen(settings.Grpc, listen => listen.Protocols = HttpProtocols.Http2);
    }
}
