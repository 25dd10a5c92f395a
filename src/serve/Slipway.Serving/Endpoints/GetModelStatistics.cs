using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Serving.Figures;
using Slipway.Serving.OpenInference;
using Slipway.Serving.Repository;
using Slipway.Serving.Routing;

namespace Slipway.Serving.Endpoints;

/// <summary>The extension <c>statistics</c>: counts and times of what is loaded.</summary>
internal static class GetModelStatistics
{
    public static void Map(IEndpointRouteBuilder models)
    {
        Describe(models.MapGet("/stats", (VersionServer versions) => Answer(versions.Snapshot.Deployments.OrderBy(d => d.Name, StringComparer.Ordinal).SelectMany(StatisticsOf))))
            .WithName("GetStatistics");
        Describe(models.MapGet("/{name}/stats", (string name, ModelRepository repository) => Answer(StatisticsOf(repository.GetNow(name, null).Deployment))))
            .WithName("GetModelStatistics");
        Describe(models.MapGet("/{name}/versions/{version}/stats", (string name, string version, ModelRepository repository) => Answer([Of(name, repository.GetNow(name, version).Version)])))
            .WithName("GetModelVersionStatistics");
    }

    private static RouteHandlerBuilder Describe(RouteHandlerBuilder route) => route
        .WithSummary("Counts and times since the server started, by version (Open Inference Protocol)")
        .Produces<OpenInferenceError>(StatusCodes.Status404NotFound)
        .Produces<OpenInferenceError>(StatusCodes.Status503ServiceUnavailable)
        .Needs(Permission.Read);

    private static Ok<StatisticsAnswer> Answer(IEnumerable<ModelStatistics> statistics) => TypedResults.Ok(new StatisticsAnswer([.. statistics]));

    private static IEnumerable<ModelStatistics> StatisticsOf(ServedDeployment deployment) => deployment.Versions.Select(v => Of(deployment.Name, v));

    private static ModelStatistics Of(string deployment, ServedVersion version)
    {
        var figures = version.Figures.Inference.Read();
        return new ModelStatistics(
            deployment,
            version.Semantic,
            figures.LastAt,
            figures.Rows,
            figures.Runs,
            new InferenceStatistics(Of(figures.Success), Of(figures.Fail), Of(figures.Queue), Of(figures.Input), Of(figures.Run), Of(figures.Output)),
            [.. figures.Batches.Select(b => new BatchStatistics(b.Rows, Of(b.Input), Of(b.Run), Of(b.Output)))]);
    }

    private static DurationStatistics Of(StageFigure figure) => new(figure.Count, figure.Nanoseconds);
}

/// <summary>Statistics of some versions (Open Inference Protocol).</summary>
public sealed record StatisticsAnswer([property: JsonPropertyName("model_stats")] IReadOnlyList<ModelStatistics> Models);

/// <summary>What one version of a deployment has done since the server started.</summary>
/// <param name="Name">The deployment's name.</param>
/// <param name="Version">The semantic version, or a folder's number.</param>
/// <param name="LastInference">When the last request ended, in milliseconds since 1970; 0 before the first.</param>
/// <param name="InferenceCount">Rows that were scored and answered.</param>
/// <param name="ExecutionCount">Runs of the model; a run may answer several requests.</param>
/// <param name="Inference">Requests by outcome and by what their time went into.</param>
/// <param name="Batches">Runs by their number of rows; above 64 it is the next power of two.</param>
public sealed record ModelStatistics(
    string Name,
    string Version,
    [property: JsonPropertyName("last_inference")] long LastInference,
    [property: JsonPropertyName("inference_count")] long InferenceCount,
    [property: JsonPropertyName("execution_count")] long ExecutionCount,
    [property: JsonPropertyName("inference_stats")] InferenceStatistics Inference,
    [property: JsonPropertyName("batch_stats")] IReadOnlyList<BatchStatistics> Batches);

/// <summary>Requests by outcome and by stage.</summary>
/// <param name="Success">Answered, from arrival to answer.</param>
/// <param name="Fail">Answered with an error.</param>
/// <param name="Queue">Waiting until an instance took them up.</param>
/// <param name="Input">Reading and checking them, and putting them together with others.</param>
/// <param name="Infer">The model's run.</param>
/// <param name="Output">Taking answers apart and writing them.</param>
public sealed record InferenceStatistics(
    DurationStatistics Success,
    DurationStatistics Fail,
    DurationStatistics Queue,
    [property: JsonPropertyName("compute_input")] DurationStatistics Input,
    [property: JsonPropertyName("compute_infer")] DurationStatistics Infer,
    [property: JsonPropertyName("compute_output")] DurationStatistics Output);

/// <summary>The runs of one size.</summary>
public sealed record BatchStatistics(
    [property: JsonPropertyName("batch_size")] long Size,
    [property: JsonPropertyName("compute_input")] DurationStatistics Input,
    [property: JsonPropertyName("compute_infer")] DurationStatistics Infer,
    [property: JsonPropertyName("compute_output")] DurationStatistics Output);

/// <summary>How often, and how many nanoseconds together.</summary>
public sealed record DurationStatistics(long Count, [property: JsonPropertyName("ns")] long Nanoseconds);
