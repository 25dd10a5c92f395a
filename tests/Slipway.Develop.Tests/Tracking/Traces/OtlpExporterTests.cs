using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Trace;

namespace Slipway.Develop.Tests.Tracking.Traces;

/// <summary>Spans of OpenTelemetry's own exporter.</summary>
public sealed class OtlpExporterTests(TrackingServer server) : IClassFixture<TrackingServer>
{
    [Fact]
    public async Task The_exporter_of_opentelemetry_needs_an_address_and_a_header()
    {
        using var source = new ActivitySource($"exporter {Guid.NewGuid():N}");
        using var exporting = Sdk.CreateTracerProviderBuilder()
            .AddSource(source.Name)
            .AddOtlpExporter(options =>
            {
                options.Protocol = OtlpExportProtocol.HttpProtobuf;
                options.Endpoint = new Uri(server.Address, "/v1/traces");
                options.Headers = "x-mlflow-experiment-id=0";
                options.HttpClientFactory = () => new HttpClient(new SocketsHttpHandler { UseProxy = false });
            })
            .Build();

        var root = source.StartActivity("answer", ActivityKind.Server, parentContext: default)!;
        root.SetTag("mlflow.spanInputs", """{"question": 1}""");
        root.SetTag("user.id", "ada");
        using (var child = source.StartActivity("ask the model")!)
        {
            child.SetTag("mlflow.spanType", "LLM");
            child.SetTag("tokens", 7);
            child.SetStatus(ActivityStatusCode.Error, "refused");
        }

        root.Stop();
        Assert.True(exporting.ForceFlush());

        var trace = (await server.Client.CallAsync("GET", $"traces/get?trace_id=tr-{root.TraceId}")).GetProperty("trace");
        var (info, spans) = (trace.GetProperty("trace_info"), trace.GetProperty("spans"));
        Assert.Equal(("OK", """{"question": 1}"""), (info.GetProperty("state").GetString(), info.GetProperty("request_preview").GetString()));
        Assert.Equal("""{"mlflow.trace.user":"ada"}""", info.GetProperty("trace_metadata").GetRawText());
        Assert.Equal(["answer", "ask the model"], spans.EnumerateArray().Select(span => span.GetProperty("name").GetString()!));
        Assert.Equal("""{"message":"refused","code":"STATUS_CODE_ERROR"}""", spans[1].GetProperty("status").GetRawText());
        Assert.Equal(spans[0].GetProperty("span_id").GetString(), spans[1].GetProperty("parent_span_id").GetString());
        root.Dispose();
    }
}
