using System.Net.Mime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Rollouts;

namespace Slipway.Serving.Scoring;

internal static class GetPing
{
    /// <summary>The version of MLflow whose protocols are spoken.</summary>
    public const string MlflowVersion = "3.4.0";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/ping", Ping).WithName("GetPing").WithSummary("Whether everything that is deployed answers (MLflow scoring)").Needs(Permission.Anonymous);
        routes.MapGet("/version", Version).WithName("GetMlflowVersion").WithSummary("The version of MLflow whose protocols are spoken").Needs(Permission.Anonymous);
    }

    // As MLflow's own server answers: a line end, and the status says it all.
    private static ContentHttpResult Ping(IDeploymentsReadiness readiness) => TypedResults.Text(
        "\n", MediaTypeNames.Application.Json, statusCode: readiness.IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);

    private static ContentHttpResult Version() => TypedResults.Text(MlflowVersion, MediaTypeNames.Text.Plain);
}
