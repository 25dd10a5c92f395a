using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Slipway.Apps.Tests.Program;

/// <summary>A collector that takes OTLP over HTTP or gRPC and keeps what it is sent, decoded as far as tests look.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;

    private OtlpReceiver(WebApplication app) => _app = app;

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <summary>The paths that were called, with the bodies.</summary>
    public ConcurrentQueue<(string Path, byte[] Body)> Received { get; } = new();

    public static async Task<OtlpReceiver> StartAsync(bool grpc, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.Protocols = grpc ? HttpProtocols.Http2 : HttpProtocols.Http1));
        var app = builder.Build();
        var receiver = new OtlpReceiver(app);
        app.Run(context => receiver.TakeAsync(context, grpc));
        await app.StartAsync(cancellationToken);
        return receiver;
    }

    /// <summary>The spans of all traces that came.</summary>
    public List<Span> Spans() =>
    [
        .. Received.Where(r => r.Path.EndsWith("/traces", StringComparison.Ordinal) || r.Path.Contains("TraceService", StringComparison.Ordinal))
            .SelectMany(r => Fields(r.Body, 1)).SelectMany(resource => Fields(resource, 2)).SelectMany(scope => Fields(scope, 2)).Select(Span.Of),
    ];

    /// <summary>The names of all metrics that came.</summary>
    public HashSet<string> Metrics() =>
    [
        .. Received.Where(r => r.Path.EndsWith("/metrics", StringComparison.Ordinal) || r.Path.Contains("MetricsService", StringComparison.Ordinal))
            .SelectMany(r => Fields(r.Body, 1)).SelectMany(resource => Fields(resource, 2)).SelectMany(scope => Fields(scope, 2)).Select(metric => Text(metric, 1)),
    ];

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context, bool grpc)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);

        // A gRPC message has five bytes before it.
        Received.Enqueue((context.Request.Path, body.ToArray()[(grpc ? 5 : 0)..]));
        context.Response.ContentType = grpc ? "application/grpc" : "application/x-protobuf";
        if (grpc)
        {
            await context.Response.Body.WriteAsync(new byte[5], context.RequestAborted);
            context.Features.Get<IHttpResponseTrailersFeature>()!.Trailers["grpc-status"] = "0";
        }
    }

    private static string Text(byte[] message, int field) => Encoding.UTF8.GetString(Fields(message, field).FirstOrDefault() ?? []);

    // Fields of a protobuf message with this number that have a length or are eight bytes.
    private static IEnumerable<byte[]> Fields(byte[] message, int number)
    {
        for (var at = 0; at < message.Length;)
        {
            var tag = Number(message, ref at);
            var length = (tag & 7) switch
            {
                0 => SkipNumber(message, ref at),
                1 => 8,
                5 => 4,
                _ => (int)Number(message, ref at),
            };
            if ((int)(tag >> 3) == number && (tag & 7) is 1 or 2)
            {
                yield return message[at..(at + length)];
            }

            at += length;
        }
    }

    private static int SkipNumber(byte[] message, ref int at)
    {
        Number(message, ref at);
        return 0;
    }

    private static ulong Number(byte[] message, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = message[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }

    /// <summary>A span, as far as tests look.</summary>
    public sealed record Span(string Trace, string Id, string Parent, string Name, ulong Start, ulong End, IReadOnlyDictionary<string, string> Attributes)
    {
        public static Span Of(byte[] span) => new(
            Hex(span, 1),
            Hex(span, 2),
            Hex(span, 4),
            Text(span, 5),
            BinaryPrimitives.ReadUInt64LittleEndian(Fields(span, 7).Single()),
            BinaryPrimitives.ReadUInt64LittleEndian(Fields(span, 8).Single()),
            Fields(span, 9).ToDictionary(a => Text(a, 1), a => Text(Fields(a, 2).Single(), 1)));

        private static string Hex(byte[] message, int field) => Convert.ToHexStringLower(Fields(message, field).FirstOrDefault() ?? []);
    }
}
