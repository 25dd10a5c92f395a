using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Slipway.Datasets;

/// <summary>Datasets: SQL over files to immutable snapshots with schema and profile.</summary>
public static class DatasetsModule
{
    /// <summary>Adds <see cref="IDatasets"/> and its tables.</summary>
    public static IServiceCollection AddDatasets(this IServiceCollection services) => throw new NotImplementedException();

    /// <summary>Maps <c>/api/v1/datasets</c>.</summary>
    public static IEndpointRouteBuilder MapDatasets(this IEndpointRouteBuilder routes) => throw new NotImplementedException();
}
