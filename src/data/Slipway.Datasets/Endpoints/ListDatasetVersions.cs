using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Core.Errors;

namespace Slipway.Datasets.Endpoints;

internal static class ListDatasetVersions
{
    public static void Map(IEndpointRouteBuilder datasets) => datasets
        .MapGet("/{name}", HandleAsync)
        .WithName("ListDatasetVersions")
        .WithSummary("List a dataset's versions, newest first")
        .ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Ok<IReadOnlyList<DatasetSummary>>> HandleAsync(string name, IDatasets datasets, CancellationToken cancellationToken)
    {
        var versions = await datasets.ListAsync(name, cancellationToken);
        return versions.Count == 0
            ? throw new SlipwayException(ErrorKind.NotFound, $"There is no dataset '{name}'. `slipway apply` makes one from a project's data.")
            : TypedResults.Ok<IReadOnlyList<DatasetSummary>>([.. versions.Select(DatasetSummary.Of)]);
    }
}

/// <summary>A version without its profile, which is long.</summary>
internal sealed record DatasetSummary(string Name, string Digest, long Rows, int Columns, string? Time, string? Label, DateTimeOffset CreatedAt)
{
    public static DatasetSummary Of(DatasetVersion v) => new(v.Name, v.Digest, v.Rows, v.Columns.Count, v.Time, v.Label, v.CreatedAt);
}
