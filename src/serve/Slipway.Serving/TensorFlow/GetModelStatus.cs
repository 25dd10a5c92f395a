using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Access;
using Slipway.Serving.OpenInference;
using Slipway.Serving.Repository;
using Slipway.Serving.Routing;

namespace Slipway.Serving.TensorFlow;

internal static class GetModelStatus
{
    public static void Map(IEndpointRouteBuilder models)
    {
        Describe(models.MapGet("/{name}", Handle)).WithName("GetModelStatusV1");
        Describe(models.MapGet("/{name}/versions/{version}", Handle)).WithName("GetModelStatusV1Version");
        Describe(models.MapGet("/{name}/labels/{label}", Handle)).WithName("GetModelStatusV1Label");
    }

    private static RouteHandlerBuilder Describe(RouteHandlerBuilder route) => route
        .WithSummary("Whether versions answer (TensorFlow Serving v1)")
        .Produces<OpenInferenceError>(StatusCodes.Status404NotFound)
        .Needs(Permission.Score);

    private static Ok<ModelStatuses> Handle(string name, string? version, string? label, VersionServer versions, HttpContext context)
    {
        if (label is not null || version is not null)
        {
            return TypedResults.Ok(new ModelStatuses([Available(VersionLabels.Get(versions, name, version, label))]));
        }

        // What a repository knows and has not loaded is there, and says why it does not answer.
        if (versions.Snapshot.Find(name) is null
            && context.RequestServices.GetService<IModelRepository>()?.List().Where(m => m.Name == name).ToList() is { Count: > 0 } known)
        {
            return TypedResults.Ok(new ModelStatuses([.. known.Select(Describe)]));
        }

        return TypedResults.Ok(new ModelStatuses([.. versions.Get(name, null).Deployment.Versions.Select(Available)]));
    }

    // A version is loaded and warm before it is deployed: whatever is found is available.
    private static VersionStatus Available(ServedVersion version) => new(version.Numbered, "AVAILABLE", new VersionStatusError("OK", ""));

    private static VersionStatus Describe(RepositoryModel model) => model.State switch
    {
        RepositoryModelState.Ready => new VersionStatus(model.Version, "AVAILABLE", new VersionStatusError("OK", "")),
        RepositoryModelState.Loading => new VersionStatus(model.Version, "LOADING", new VersionStatusError("OK", "")),
        _ => new VersionStatus(model.Version, "END", new VersionStatusError(model.Reason.Length > 0 ? "UNAVAILABLE" : "OK", model.Reason)),
    };
}

/// <summary>A model's versions (TensorFlow Serving).</summary>
/// <param name="Versions">The one that answers first, then the candidate, then the one that a rollback returns to.</param>
public sealed record ModelStatuses([property: JsonPropertyName("model_version_status")] IReadOnlyList<VersionStatus> Versions);

/// <summary>Whether a version answers.</summary>
/// <param name="Version">Its number, or its semantic version where it has none.</param>
/// <param name="State"><c>AVAILABLE</c>, <c>LOADING</c> or <c>END</c>.</param>
/// <param name="Status">Why it does not.</param>
public sealed record VersionStatus(string Version, string State, VersionStatusError Status);

/// <summary>An error, or none.</summary>
/// <param name="ErrorCode"><c>OK</c> where there is none.</param>
/// <param name="ErrorMessage">Empty where there is none.</param>
public sealed record VersionStatusError(
    [property: JsonPropertyName("error_code")] string ErrorCode, [property: JsonPropertyName("error_message")] string ErrorMessage);
