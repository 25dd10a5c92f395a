using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Slipway.Release.Tests.Registry.Mlflow.Webhooks;

/// <summary>Somebody's server that is told of changes: it keeps what it hears and answers as it is bid.</summary>
internal sealed class WebhookTarget : IAsyncDisposable
{
    private readonly Channel<WebhookCall> _calls = Channel.CreateUnbounded<WebhookCall>();
    private readonly WebApplication _app;

    private WebhookTarget()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Run(HearAsync);
    }

    public int Status { get; set; } = StatusCodes.Status200OK;

    public static async Task<WebhookTarget> StartAsync()
    {
        var target = new WebhookTarget();
        await target._app.StartAsync();
        return target;
    }

    public string AddressOf(string path) => $"{_app.Urls.Single()}/{path}";

    public async Task<WebhookCall> NextAsync() => await _calls.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public bool TryNext(out WebhookCall? call) => _calls.Reader.TryRead(out call);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task HearAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        var headers = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        context.Response.StatusCode = Status;
        await context.Response.WriteAsync("what the target says");
        await _calls.Writer.WriteAsync(new WebhookCall(context.Request.Path, headers, body));
    }
}

/// <summary>What a target was told.</summary>
internal sealed record WebhookCall(string Path, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public string Event => $"{Json.GetProperty("entity").GetString()}.{Json.GetProperty("action").GetString()}";

    public string Data => Json.GetProperty("data").GetRawText();

    public string Delivery => Headers["X-MLflow-Delivery-Id"];

    /// <summary>The signature as a receiver computes it, from what it was sent and the secret.</summary>
    public string Sign(string secret) =>
        "v1," + Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{Delivery}.{Headers["X-MLflow-Timestamp"]}.{Body}")));
}
