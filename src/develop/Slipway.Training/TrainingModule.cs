using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Slipway.Training;

/// <summary>Training: LightGBM and commands, with every trial recorded.</summary>
public static class TrainingModule
{
    /// <summary>Adds the trainers, <see cref="ITrials"/> and its tables.</summary>
    public static IServiceCollection AddTraining(this IServiceCollection services, TrainingOptions options) => throw new NotImplementedException();

    /// <summary>Maps <c>/api/v1/models/{model}/trials</c>.</summary>
    public static IEndpointRouteBuilder MapTraining(this IEndpointRouteBuilder routes) => throw new NotImplementedException();
}

/// <summary>Settings of training.</summary>
/// <param name="AllowCommands">True when projects may run <c>command:</c> trainers on this machine.</param>
public sealed record TrainingOptions(bool AllowCommands);
