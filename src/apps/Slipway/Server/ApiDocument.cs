using Scalar.AspNetCore;
using Slipway.Access;

namespace Slipway.Server;

/// <summary>The OpenAPI documents at <c>/openapi/v1.json</c> and <c>/openapi/mlflow.json</c> and their pages at <c>/docs</c>; all are made when somebody asks.</summary>
internal static class ApiDocument
{
    private const string Mlflow = "mlflow";

    public static IServiceCollection AddApiDocument(this IServiceCollection services) => services
        .AddOpenApi(options => options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "Slipway";
            document.Info.Version = "v1";
            document.Info.Description = "Slipway's own API and the Open Inference Protocol. Errors of the own API are problem+json; those of the protocol are {\"error\": …}.";
            return Task.CompletedTask;
        }))
        .AddOpenApi(Mlflow, options =>
        {
            // Its routes read their requests themselves, so what is said of them stands in their contracts.
            options.ShouldInclude = _ => false;
            options.AddDocumentTransformer<MlflowDocument>();
        });

    public static void MapApiDocument(this IEndpointRouteBuilder routes)
    {
        routes.MapOpenApi().Needs(Permission.Read);
        routes.MapScalarApiReference("/docs", Configure).Needs(Permission.Read);
    }

    // Nothing of the pages may come from, or go to, anywhere but this server.
    private static void Configure(ScalarOptions options, HttpContext context) => options
        .WithTitle("Slipway API")
        .AddDocument("v1", "Slipway")
        .AddDocument(Mlflow, "MLflow")
        .WithNonce(context.AllowScriptNonce())
        .DisableDefaultFonts()
        .DisableAgent()
        .DisableMcp()
        .DisableTelemetry()
        .HideDeveloperTools()
        .HideClientButton();
}
