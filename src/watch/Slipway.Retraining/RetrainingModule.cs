using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Slipway.Retraining;

/// <summary>Projects, and the one pipeline that brings them to life.</summary>
public static class RetrainingModule
{
    /// <summary>Adds <see cref="Projects.IProjects"/>, <see cref="Pipelines.IPipelines"/> and their tables.</summary>
    public static IServiceCollection AddRetraining(this IServiceCollection services, RetrainingOptions options) => throw new NotImplementedException();

    /// <summary>Maps <c>/api/v1/projects</c> and <c>/api/v1/pipelines</c>.</summary>
    public static IEndpointRouteBuilder MapRetraining(this IEndpointRouteBuilder routes) => throw new NotImplementedException();
}

/// <summary>Settings of projects and pipelines.</summary>
/// <param name="ProjectRoots">Folders below which projects may lie; null allows any folder of this machine (the default while the server listens on the loopback only).</param>
public sealed record RetrainingOptions(IReadOnlyList<string>? ProjectRoots);
