using System.Net;
using Slipway.Access.Authentication;
using Slipway.Datasets;
using Slipway.Registry;
using Slipway.Monitoring;
using Slipway.PostgreSql;
using Slipway.Serving;

namespace Slipway.Server;

/// <summary>A server's settings, checked.</summary>
internal sealed record ServerSettings
{
    /// <summary>Where the console, the API and REST listen.</summary>
    public IPEndPoint Http { get; init; } = new(IPAddress.Loopback, 5080);

    /// <summary>Where gRPC listens: cleartext HTTP/2 needs a port of its own.</summary>
    public IPEndPoint Grpc { get; init; } = new(IPAddress.Loopback, 5081);

    /// <summary>The data folder.</summary>
    public string Data { get; init; } = "slipway-data";

    /// <summary>The PostgreSQL database with the metadata; null for SQLite in the data folder.</summary>
    public PostgreSqlAddress? Database { get; init; }

    /// <summary>Host names by which the server may be called, besides those of the loopback and the addresses above.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Networks that are not public and that webhooks may go to.</summary>
    public IReadOnlyList<string> OutboundAllow { get; init; } = [];

    /// <summary>True when nobody may do anything without a key or a token.</summary>
    public bool Auth { get; init; }

    /// <summary>The issuer whose tokens are taken beside keys; null takes none.</summary>
    public OidcOptions? Oidc { get; init; }

    /// <summary>True when other machines may reach the server although nobody has to sign in.</summary>
    public bool Insecure { get; init; }

    /// <summary>Folders below which projects may lie; null is any, which is the default on the loopback.</summary>
    public IReadOnlyList<string>? ProjectRoots { get; init; }

    /// <summary>True when projects may run <c>command:</c> trainers; the default on the loopback.</summary>
    public bool AllowCommands { get; init; }

    /// <summary>How long versions that were live are kept.</summary>
    public RegistryOptions Registry { get; init; } = new();

    /// <summary>Bounds of the work with data.</summary>
    public DatasetsOptions Datasets { get; init; } = new();

    /// <summary>Bounds of the prediction log and of outcomes.</summary>
    public MonitoringOptions Monitoring { get; init; } = new();

    /// <summary>The largest request body, in bytes, also when unpacked.</summary>
    public long MaxRequestBytes { get; init; } = 64L << 20;

    /// <summary>What a caller may cost who is slow, silent or many.</summary>
    public ConnectionLimits Connections { get; init; } = new();

    /// <summary>The longest that a request's body may stop on its way, and that a reader of a large answer may take nothing of it.</summary>
    public TimeSpan MaxStall { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The folder of models that are served as they are.</summary>
    public ModelFolderOptions Models { get; init; } = new();

    /// <summary>Where traces and metrics are sent; null sends none.</summary>
    public TelemetrySettings? Telemetry { get; init; }

    /// <summary>Answers of at least so many bytes are packed for callers who take it.</summary>
    public int CompressFromBytes { get; init; } = 64 << 10;

    /// <summary>The deployment that answers requests to <c>/invocations</c>, which names none; null for the only one.</summary>
    public string? DefaultDeployment { get; init; }

    /// <summary>True when only this machine can reach the server.</summary>
    public bool IsLoopback => IPAddress.IsLoopback(Http.Address) && IPAddress.IsLoopback(Grpc.Address);
}
