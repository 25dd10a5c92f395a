using System.Reflection;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Slipway.Serving;

namespace Slipway.Server;

/// <summary>Sends traces of requests and the modules' meters to an OpenTelemetry collector, when one is configured.</summary>
internal static class Telemetry
{
    /// <summary>Adds the exporters, or nothing: without them no request is slowed by a listener, and OpenTelemetry is not even loaded.</summary>
    public static IServiceCollection AddTelemetry(this IServiceCollection services, TelemetrySettings? settings)
    {
        if (settings is not null)
        {
            Add(services, settings);
        }

        return services;
    }

    private static void Add(IServiceCollection services, TelemetrySettings settings) => services
        .AddOpenTelemetry()
        .ConfigureResource(resource => resource.AddService("slipway", serviceVersion: typeof(Telemetry).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0]))
        .WithTracing(tracing => tracing
            .AddSource(ServingModule.TraceSource)

            // Whoever calls decides for its trace, so that none has holes.
            .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(settings.Sampling)))
            .AddOtlpExporter(otlp => Aim(otlp, settings, "v1/traces")))
        .WithMetrics(metrics => metrics
            .AddMeter("Slipway.*", "System.Runtime")
            .AddOtlpExporter((otlp, reader) =>
            {
                Aim(otlp, settings, "v1/metrics");
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)settings.Interval.TotalMilliseconds;
            }));

    // Headers, such as a key, come from OTEL_EXPORTER_OTLP_HEADERS, which the exporter reads itself.
    private static void Aim(OtlpExporterOptions otlp, TelemetrySettings settings, string path)
    {
        otlp.Protocol = settings.Protocol == TelemetryProtocol.Grpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        otlp.Endpoint = settings.Protocol == TelemetryProtocol.Grpc ? settings.Otlp : new Uri($"{settings.Otlp.AbsoluteUri.TrimEnd('/')}/{path}");
    }
}
