using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Slipway.Access;
using Slipway.Access.Scopes;
using Slipway.Core.Errors;
using Slipway.Serving.Protocols;
using Slipway.Serving.Routing;
using Slipway.Serving.Untyped;

namespace Slipway.Serving.Scoring;

/// <summary>Prediction as MLflow's scoring server has it: a table as JSON or CSV, or tensors in TensorFlow's forms.</summary>
internal sealed partial class InvokeDeployment(IInferenceService inference, VersionServer versions, ServingOptions options, ILogger<InvokeDeployment> log)
    : UntypedInference(inference, options, log)
{
    private const string ReadFailed = "Slipway.Scoring.ReadFailed";

    private readonly ConcurrentDictionary<string, bool> _warned = new(StringComparer.Ordinal);

    /// <summary>MLflow takes a table as it comes: other columns are dropped, what a row does not have is missing.</summary>
    protected override bool IsLenient => true;

    public static void Map(IEndpointRouteBuilder routes)
    {
        RequestDelegate handler = routes.ServiceProvider.GetRequiredService<InvokeDeployment>().HandleAsync;
        Describe(routes.MapPost("/deployments/{deployment}/invocations", handler), (string deployment, InvokeContract body) => { }).WithName("InvokeDeployment");
        Describe(routes.MapPost("/invocations", handler), (InvokeContract body) => { }).WithName("InvokeDefaultDeployment").ChecksScope();
    }

    protected override string? RefuseMediaType(HttpRequest request) => ScoringMediaType.Refuse(request.ContentType);

    protected override int Read(InferenceCall call, HttpContext context, scoped ref TensorFiller filler)
    {
        try
        {
            if (ScoringMediaType.IsCsv(context.Request.ContentType))
            {
                return CsvTable.Read(call, ref filler);
            }

            var rows = ScoringRequest.Read(call, ref filler, out var hasParams);
            if (hasParams && _warned.TryAdd(call.Deployment, true))
            {
                LogParamsIgnored(log, call.Deployment);
            }

            return rows;
        }
        catch (SlipwayException)
        {
            // MLflow's clients tell a request that cannot be read from values that the model does not take.
            context.Items[ReadFailed] = true;
            throw;
        }
    }

    protected override void ReadFields(InferenceCall call, HttpContext context)
    {
        // CSV has nothing but values; the headers say the rest.
        if (!ScoringMediaType.IsCsv(context.Request.ContentType))
        {
            base.ReadFields(call, context);
        }
    }

    protected override void WriteValues(InferenceCall call, SignatureNames names)
    {
        call.Answer.Append("{\"predictions\":"u8);
        if (call.Outputs.Count == 1)
        {
            ValueWriter.Write(call.Answer, call.Outputs[0], -1, BytesForm.Text);
        }
        else if (names.Signature.Tabular)
        {
            // As a data frame is written: one record a row.
            for (var row = 0; row < call.Rows; row++)
            {
                call.Answer.Append(row == 0 ? (byte)'[' : (byte)',');
                WriteObject(call, names, row);
            }

            call.Answer.Append((byte)']');
        }
        else
        {
            // As a dictionary of arrays is written.
            WriteObject(call, names, -1);
        }
    }

    protected override Task WriteErrorAsync(HttpContext context, int status, string message) =>
        ScoringError.WriteAsync(context, status, ScoringError.CodeOf(status, context.Items.ContainsKey(ReadFailed)), message);

    private static void WriteObject(InferenceCall call, SignatureNames names, int row)
    {
        for (var i = 0; i < call.Outputs.Count; i++)
        {
            call.Answer.Append(i == 0 ? (byte)'{' : (byte)',');
            call.Answer.Append(names.OutputMember(i));
            ValueWriter.Write(call.Answer, call.Outputs[i], row, BytesForm.Text);
        }

        call.Answer.Append((byte)'}');
    }

    private static IEndpointConventionBuilder Describe(IEndpointConventionBuilder route, Delegate contract) => route
        .WithSummary("Predict with a deployment (MLflow scoring)")
        .WithDescription("A body has exactly one of the four forms, or is a table as text/csv.")
        .WithInference<InvokeAnswerContract, ScoringError>(contract)
        .Needs(Permission.Score);

    private Task HandleAsync(HttpContext context)
    {
        var deployment = (string?)context.Request.RouteValues["deployment"] ?? Options.Default ?? OnlyDeployment();
        if (deployment is not null && !context.IsInScope(ScopeTarget.OfDeployment(deployment)))
        {
            return WriteErrorAsync(context, StatusCodes.Status403Forbidden, $"The key {context.GetActor()} is limited to {context.GetCaller().Scope}. Call /deployments/NAME/invocations.");
        }

        return deployment is not null
            ? HandleAsync(context, deployment, null)
            : WriteErrorAsync(
                context,
                StatusCodes.Status404NotFound,
                versions.Snapshot.Deployments.Count == 0
                    ? "Nothing is deployed yet. `slipway apply` deploys a model."
                    : "/invocations names no deployment, and there are several. Call /deployments/NAME/invocations, or name the one that answers here in the server's settings (serving.default).");
    }

    private string? OnlyDeployment() => versions.Snapshot.Deployments is { Count: 1 } only ? only.First().Name : null;

    [LoggerMessage(Level = LogLevel.Warning, Message = "A request to {Deployment} has \"params\", but its model takes none; they are ignored, here and in later requests")]
    private static partial void LogParamsIgnored(ILogger log, string deployment);
}
