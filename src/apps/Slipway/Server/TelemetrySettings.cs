namespace Slipway.Server;

/// <summary>How traces and metrics are sent to an OpenTelemetry collector.</summary>
/// <param name="Otlp">The collector's address. The operator chooses it, so it may be one of this machine or of a private network, unlike the addresses that users give.</param>
internal sealed record TelemetrySettings(Uri Otlp)
{
    /// <summary>How the collector is spoken to.</summary>
    public TelemetryProtocol Protocol { get; init; } = TelemetryProtocol.Http;

    /// <summary>The share of requests that are traced when their caller does not decide it, from 0 to 1.</summary>
    public double Sampling { get; init; } = 1;

    /// <summary>How often metrics are sent.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(1);
}

/// <summary>The forms of OTLP.</summary>
internal enum TelemetryProtocol
{
    /// <summary>Protobuf over HTTP; a collector's port is usually 4318.</summary>
    Http,

    /// <summary>gRPC; a collector's port is usually 4317.</summary>
    Grpc,
}
