using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Core.Errors;

namespace Slipway.Datasets.Endpoints;

internal static class GetDatasetVersion
{
    public static void Map(IEndpointRouteBuilder datasets) => datasets
        .MapGet("/{name}/{digest}", HandleAsync)
        .WithName("GetDatasetVersion")
        .WithSummary("Show a dataset version with schema and profile")
        .ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Ok<DatasetVersion>> HandleAsync(string name, string digest, IDatasets datasets, CancellationToken cancellationToken) =>
        TypedResults.Ok(await datasets.FindAsync(name, digest, cancellationToken)
            ?? throw new SlipwayException(ErrorKind.NotFound, $"There is no version '{digest}' of a dataset '{name}'. GET /api/v1/datasets/{name} lists them."));
}
