using System.Net.Mime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Slipway.Access;
using Slipway.Access.Errors;
using Slipway.Core.Errors;
using Slipway.Serving.OpenInference;

namespace Slipway.Serving.Endpoints;

/// <summary>Inference by the Open Inference Protocol. A bare request delegate: binding arguments would cost more than reading the tensors.</summary>
internal sealed partial class InferModel(IInferenceService inference, ServingOptions options, ILogger<InferModel> log)
{
    private const string EventTimeHeader = "Slipway-Event-Time";
    private const string StickyKeyHeader = "Slipway-Sticky-Key";
    private const string SegmentHeaderPrefix = "Slipway-Segment-";
    private const string BinaryHeader = "Inference-Header-Content-Length";

    public static void Map(IEndpointRouteBuilder models)
    {
        RequestDelegate handler = models.ServiceProvider.GetRequiredService<InferModel>().HandleAsync;
        Describe(models.MapPost("/{name}/infer", handler)).WithName("InferModel");
        Describe(models.MapPost("/{name}/versions/{version}/infer", handler)).WithName("InferModelVersion");
    }

    private static IEndpointConventionBuilder Describe(IEndpointConventionBuilder route) => route
        .WithSummary("Predict with a deployment (Open Inference Protocol v2)")
        .WithMetadata(
            new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(object), [MediaTypeNames.Application.Json]),
            new ProducesResponseTypeMetadata(StatusCodes.Status400BadRequest, typeof(OpenInferenceError), [MediaTypeNames.Application.Json]),
            new ProducesResponseTypeMetadata(StatusCodes.Status404NotFound, typeof(OpenInferenceError), [MediaTypeNames.Application.Json]),
            new ProducesResponseTypeMetadata(StatusCodes.Status413PayloadTooLarge, typeof(OpenInferenceError), [MediaTypeNames.Application.Json]),
            new ProducesResponseTypeMetadata(StatusCodes.Status415UnsupportedMediaType, typeof(OpenInferenceError), [MediaTypeNames.Application.Json]))
        .Needs(Permission.Score);

    public async Task HandleAsync(HttpContext context)
    {
        InferenceCall? call = null;
        try
        {
            var values = context.Request.RouteValues;
            call = inference.Begin((string)values["name"]!, (string?)values["version"]);

            var headers = context.Request.Headers;
            var encoding = headers.ContentEncoding.ToString();
            if (!RequestBody.IsTaken(encoding))
            {
                call.Fail(CallFailure.Caller);
                context.Response.Headers.AcceptEncoding = RequestBody.TakenEncodings;
                await OpenInferenceErrors.WriteAsync(
                    context, StatusCodes.Status415UnsupportedMediaType, $"The request's Content-Encoding '{encoding}' is not taken. Send it plain, or packed with gzip or deflate.");
                return;
            }

            if (headers.ContainsKey(BinaryHeader))
            {
                throw new SlipwayException(ErrorKind.NotAvailable, $"The request has the header {BinaryHeader}, but binary tensors are not available yet. Send the data as JSON.");
            }

            await RequestBody.ReadAsync(context.Request, encoding, call.Body, options.MaxRequestBytes, context.RequestAborted);
            InferRequestParser.Parse(call, options.MaxElements);
            ReadHeaders(headers, call.Fields);
            await inference.ScoreAsync(call, context.RequestAborted);
            AnswerWriter.Write(call);
            call.Complete();

            context.Response.ContentType = MediaTypeNames.Application.Json;
            context.Response.ContentLength = call.Answer.Count;
            await context.Response.BodyWriter.WriteAsync(call.Answer.Written, context.RequestAborted);
        }
        catch (SlipwayException e)
        {
            call?.Fail(e);
            await OpenInferenceErrors.WriteAsync(context, HttpStatus.Of(e.Kind), e.Message);
        }
        catch (BadHttpRequestException e)
        {
            call?.Fail(e);
            await OpenInferenceErrors.WriteAsync(context, e.StatusCode, e.Message);
        }
        catch (Exception e) when (e is ConnectionResetException || (e is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested))
        {
            // A reset is told to whoever reads before the request counts as aborted.
            call?.Abandon();
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            call?.Fail(e);
            var id = call?.Id ?? context.TraceIdentifier;
            LogFailed(log, context.Request.Path, call?.Version?.ToString() ?? "no version", id, e);
            await OpenInferenceErrors.WriteAsync(
                context, StatusCodes.Status500InternalServerError, $"The server failed to answer. Its log says why, under the id {id}.");
        }
        finally
        {
            call?.Dispose();
        }
    }

    // What the body says about the rows goes before what the headers say.
    private static void ReadHeaders(IHeaderDictionary headers, RowFields fields)
    {
        if (fields.EventTimes.Count == 0 && headers.TryGetValue(EventTimeHeader, out var times))
        {
            fields.SetEventTimes(Texts(times));
        }

        if (fields.StickyKeys.Count == 0 && headers.TryGetValue(StickyKeyHeader, out var keys))
        {
            fields.SetStickyKeys(Texts(keys));
        }

        foreach (var (name, values) in headers)
        {
            if (name.StartsWith(SegmentHeaderPrefix, StringComparison.OrdinalIgnoreCase) && !fields.HasSegment(name[SegmentHeaderPrefix.Length..]))
            {
                fields.AddSegment(name[SegmentHeaderPrefix.Length..], Texts(values));
            }
        }
    }

    private static string[] Texts(StringValues values) => [.. values.Select(v => v ?? "")];

    [LoggerMessage(Level = LogLevel.Error, Message = "{Path} failed to answer with {Version}, id {Id}")]
    private static partial void LogFailed(ILogger log, string path, string version, string id, Exception exception);
}
