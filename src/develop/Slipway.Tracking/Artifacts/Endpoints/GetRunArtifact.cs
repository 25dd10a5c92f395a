using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core.Errors;
using Slipway.Mlflow;

namespace Slipway.Tracking.Artifacts.Endpoints;

/// <summary>An artifact by its run and its path there, as MLflow's pages fetch it.</summary>
internal static class GetRunArtifact
{
    public static void Map(IEndpointRouteBuilder routes, ArtifactDownload download, RunArtifacts runs)
    {
        routes.MapMlflowPage(["GET", "HEAD"], "/get-artifact", "GetRunArtifact", Permission.Read, HandleAsync);
        routes.MapMlflowPage(["GET", "HEAD"], "/ajax-api/2.0/mlflow/get-artifact", "GetRunArtifactAjax", Permission.Read, HandleAsync).ExcludeFromDescription();

        async Task HandleAsync(HttpContext context)
        {
            var run = Required(context, "run_id", "run_uuid");
            var path = ArtifactPath.OfFile(Required(context, "path"));
            var (_, folder) = await runs.GetAsync(run, context.RequestAborted);
            await download.SendAsync(context, ArtifactPath.Join(folder, path));
        }
    }

    private static string Required(HttpContext context, params string[] names)
    {
        var query = context.Request.Query;
        return names.Select(name => query[name]).FirstOrDefault(value => value is [{ Length: > 0 }]) is { Count: 1 } found
            ? found[0]!
            : throw new SlipwayException(ErrorKind.InvalidInput, $"Missing value for required parameter '{names[^1]}'. Give it once, in the address.");
    }
}
