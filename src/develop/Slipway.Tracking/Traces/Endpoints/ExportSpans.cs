using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Slipway.Access;
using Slipway.Core.Errors;
using Slipway.Storage;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.Traces.Otlp;
using Slipway.Tracking.Traces.Otlp.Protos;
using Slipway.Tracking.Traces.Spans;

namespace Slipway.Tracking.Traces.Endpoints;

/// <summary>
/// Spans by OpenTelemetry's protocol over HTTP (OTLP), from MLflow's clients and any other. The header names the experiment. All that can be kept of a request is kept in one transaction.
/// </summary>
internal static class ExportSpans
{
    public const string ExperimentHeader = "x-mlflow-experiment-id";

    private const string Protobuf = "application/x-protobuf";
    private const string Json = "application/json";

    public static void Map(IEndpointRouteBuilder routes, Database database) => routes
        .MapPost("/v1/traces", context => HandleAsync(context, database))
        .WithTags("MLflow")
        .WithName("ExportSpans")
        .Needs(Permission.Develop);

    private static async Task HandleAsync(HttpContext context, Database database)
    {
        var isJson = MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) && type.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase);
        try
        {
            if (!isJson && type?.MediaType.Equals(Protobuf, StringComparison.OrdinalIgnoreCase) != true)
            {
                throw new BadHttpRequestException($"Spans are taken as {Protobuf} or {Json}.", StatusCodes.Status415UnsupportedMediaType);
            }

            await AnswerAsync(context, StatusCodes.Status200OK, await KeepAsync(context, database, isJson), isJson);
        }
        catch (SlipwayException e) when (!context.Response.HasStarted)
        {
            await AnswerAsync(context, StatusOf(e.Kind), new ExportFailure { Message = e.Message }, isJson);
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await AnswerAsync(context, e.StatusCode, new ExportFailure { Message = e.Message }, isJson);
        }
    }

    private static async Task<ExportTraceServiceResponse> KeepAsync(HttpContext context, Database database, bool isJson)
    {
        var experimentId = context.Request.Headers[ExperimentHeader].ToString();
        if (experimentId.Length == 0)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"The header {ExperimentHeader} is missing. It names the experiment that the spans are kept in.");
        }

        context.SetAuditTarget(experimentId);
        var body = await OtlpBody.ReadAsync(context.Request, isJson ? TraceLimits.SpansJsonBytes : TraceLimits.SpansBytes, context.RequestAborted);
        var request = isJson ? OtlpRequest.ReadJson(body) : OtlpRequest.ReadProtobuf(body);
        var elsewhere = await database.WriteAsync(
            async transaction =>
            {
                var experiment = (await ExperimentStore.GetAsync(transaction, experimentId)).DemandActive();
                var refused = new List<SpansOfTrace>();
                foreach (var trace in request.Traces)
                {
                    if (!await SpanStore.KeepAsync(transaction, experiment, trace))
                    {
                        refused.Add(trace);
                    }
                }

                await context.AuditAsync(transaction);
                return refused;
            },
            context.RequestAborted);
        foreach (var trace in elsewhere)
        {
            request.Reject(trace.Spans.Count, $"The trace {trace.TraceId} is in another experiment.");
        }

        return request.Rejected == 0
            ? new ExportTraceServiceResponse()
            : new ExportTraceServiceResponse { PartialSuccess = new ExportTracePartialSuccess { RejectedSpans = request.Rejected, ErrorMessage = request.Reasons } };
    }

    private static async Task AnswerAsync(HttpContext context, int status, IMessage message, bool isJson)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = isJson ? Json : Protobuf;
        var body = isJson ? System.Text.Encoding.UTF8.GetBytes(JsonFormatter.Default.Format(message)) : message.ToByteArray();
        response.ContentLength = body.Length;
        if (status == StatusCodes.Status503ServiceUnavailable)
        {
            response.Headers.RetryAfter = "5";
        }

        await response.Body.WriteAsync(body, context.RequestAborted);
    }

    // Exporters repeat 429, 502, 503 and 504, and give up on the others.
    private static int StatusOf(ErrorKind kind) => kind switch
    {
        ErrorKind.NotFound => StatusCodes.Status404NotFound,
        ErrorKind.Unauthenticated => StatusCodes.Status401Unauthorized,
        ErrorKind.TooMany => StatusCodes.Status429TooManyRequests,
        ErrorKind.Forbidden => StatusCodes.Status403Forbidden,
        ErrorKind.TooLarge => StatusCodes.Status413PayloadTooLarge,
        ErrorKind.Unavailable or ErrorKind.Timeout => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status400BadRequest,
    };
}
