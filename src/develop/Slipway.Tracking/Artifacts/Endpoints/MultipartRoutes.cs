using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core.Errors;
using Slipway.Mlflow;
using Slipway.Storage.Blobs;

namespace Slipway.Tracking.Artifacts.Endpoints;

/// <summary>Uploads in parts: begin, one address for each part, and complete or abort.</summary>
internal static class MultipartRoutes
{
    private const string Root = "2.0/mlflow-artifacts/mpu";

    public static void Map(IEndpointRouteBuilder routes, MultipartUploads uploads, ArtifactUpload upload, IBlobStore blobs)
    {
        routes.MapMlflowContent(["POST"], $"{Root}/create/{{**path}}", "CreateMultipartUpload", Permission.Develop, context => CreateAsync(context, uploads));
        routes.MapMlflowContent(["PUT"], $"{Root}/parts/{{upload}}/{{number}}", "UploadArtifactPart", Permission.Develop, context => PutPartAsync(context, uploads));
        routes.MapMlflowContent(["POST"], $"{Root}/complete/{{**path}}", "CompleteMultipartUpload", Permission.Develop, context => CompleteAsync(context, uploads, upload, blobs));
        routes.MapMlflowContent(["POST"], $"{Root}/abort/{{**path}}", "AbortMultipartUpload", Permission.Develop, context => AbortAsync(context, uploads));
    }

    private static async Task CreateAsync(HttpContext context, MultipartUploads uploads)
    {
        using var call = await context.ReadMlflowAsync();
        var path = PathOf(context, call);
        var parts = call.Fields.RequiredInteger("num_parts");
        if (parts is < 1 or > MultipartUpload.MostParts)
        {
            throw call.Fields.Invalid("num_parts", parts.ToString(CultureInfo.InvariantCulture), string.Create(CultureInfo.InvariantCulture, $"It is from 1 to {MultipartUpload.MostParts}."));
        }

        context.SetAuditTarget(path);
        var created = uploads.Create(path, (int)parts);
        var request = context.Request;
        await call.AnswerAsync(json =>
        {
            json.WriteString("upload_id", created.Id);
            json.WriteList("credentials", [.. Enumerable.Range(1, created.Parts)], (credential, number) =>
            {
                credential.WriteString("url", string.Create(CultureInfo.InvariantCulture, $"{request.Scheme}://{request.Host}{request.PathBase}/api/{Root}/parts/{created.Id}/{number}"));
                credential.WriteNumber("part_number", number);
                credential.WriteStartObject("headers");
                credential.WriteEndObject();
            });
        });
    }

    private static async Task PutPartAsync(HttpContext context, MultipartUploads uploads)
    {
        var upload = uploads.Get((string)context.Request.RouteValues["upload"]!);
        context.SetAuditTarget(upload.Path);
        var number = context.Request.RouteValues["number"] as string;
        var digest = int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var part)
            ? await upload.PutAsync(part, ArtifactUpload.OpenBody(context), context.RequestAborted)
            : throw new SlipwayException(ErrorKind.InvalidInput, "A part's number is 1, 2, 3 and so on.");
        context.Response.Headers.ETag = $"\"{digest}\"";
        await context.AnswerNothingAsync();
    }

    private static async Task CompleteAsync(HttpContext context, MultipartUploads uploads, ArtifactUpload upload, IBlobStore blobs)
    {
        using var call = await context.ReadMlflowAsync();
        var multipart = uploads.Get(call.Fields.RequiredText("upload_id"), PathOf(context, call));
        var parts = call.Fields.Messages("parts").Select(part => ((int)Math.Clamp(part.RequiredInteger("part_number"), int.MinValue, int.MaxValue), part.Text("etag"))).ToList();
        await using var content = multipart.Open(parts);
        var blob = await blobs.PutAsync(content, context.RequestAborted);
        await upload.NameAsync(context, multipart.Path, blob);
        uploads.Remove(multipart);
        await context.AnswerNothingAsync();
    }

    private static async Task AbortAsync(HttpContext context, MultipartUploads uploads)
    {
        using var call = await context.ReadMlflowAsync();
        var upload = uploads.Get(call.Fields.RequiredText("upload_id"), PathOf(context, call));
        context.SetAuditTarget(upload.Path);
        uploads.Remove(upload);
        await context.AnswerNothingAsync();
    }

    // The address names the folder, the message the file in it.
    private static string PathOf(HttpContext context, MlflowCall call) =>
        ArtifactPath.Join(ArtifactPath.OfFolder(context.Request.RouteValues["path"] as string), ArtifactPath.OfFile(call.Fields.RequiredText("path")));
}
