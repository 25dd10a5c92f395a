using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Core.Errors;
using Slipway.Core.Text;

namespace Slipway.Registry.Mlflow.Endpoints;

/// <summary>Where a version's files are, and one of them.</summary>
internal static class GetModelVersionFiles
{
    public static void Map(IEndpointRouteBuilder routes, RegistryReader reader, IMlflowArtifacts artifacts)
    {
        routes.MapMlflow("GET", "2.0/mlflow/model-versions/get-download-uri", "GetModelVersionDownloadUri", Permission.Read, async call =>
        {
            var version = await reader.GetVersionAsync(call.Fields.ModelNamed(), call.Fields.VersionNumber(), call.Cancellation);
            var uri = await ModelSource.LocateAsync(artifacts, version.Version, call.Cancellation);
            await call.AnswerAsync(json => json.WriteString("artifact_uri", uri));
        });
        routes.MapMlflowPage(["GET", "HEAD"], "/model-versions/get-artifact", "GetModelVersionArtifact", Permission.Read, SendAsync);
        routes.MapMlflowPage(["GET", "HEAD"], "/ajax-api/2.0/mlflow/model-versions/get-artifact", "GetModelVersionArtifactAjax", Permission.Read, SendAsync).ExcludeFromDescription();

        async Task SendAsync(HttpContext context)
        {
            using var call = await context.ReadMlflowAsync();
            var path = call.Fields.RequiredText("path");
            var version = await reader.GetVersionAsync(call.Fields.ModelNamed(), call.Fields.VersionNumber(), call.Cancellation);
            var uri = await ModelSource.LocateAsync(artifacts, version.Version, call.Cancellation);
            var folder = MlflowArtifactUri.PathOf(uri) ?? throw new SlipwayException(
                ErrorKind.InvalidInput, $"The files of this version lie at {Excerpt.Of(uri, 200)}, which this server does not read. Use a client that does.");
            await artifacts.SendAsync(context, folder, path);
        }
    }
}
