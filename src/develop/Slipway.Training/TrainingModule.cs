using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Slipway.Storage;
using Slipway.Tracking.Purging;
using Slipway.Training.Commands;
using Slipway.Training.Endpoints;
using Slipway.Training.LightGbm;
using Slipway.Training.Migrations;

namespace Slipway.Training;

/// <summary>Training: LightGBM and commands, with every trial recorded.</summary>
public static class TrainingModule
{
    /// <summary>Adds the trainers, <see cref="ITrials"/> and its tables. Needs tracking, whose runs the trials are.</summary>
    public static IServiceCollection AddTraining(this IServiceCollection services, TrainingOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton(new SchemaPart(typeof(TrainingModule).Assembly, M2026113040_TrackedTrials.Number));
        services.AddSingleton(new OwnedRows(RowOwner.Run, "trials", "run_id, number", "run_id in (select run_id from runs where id in @ids)"));
        services.AddSingleton<ITrials, TrialStore>();
        services.AddSingleton<ITrainer, LightGbmTrainer>();
        services.AddSingleton<ITrainer, CommandTrainer>();
        return services;
    }

    /// <summary>Maps <c>/api/v1/models/{model}/trials</c>.</summary>
    public static IEndpointRouteBuilder MapTraining(this IEndpointRouteBuilder routes)
    {
        ListTrials.Map(routes);
        return routes;
    }
}

/// <summary>Settings of training.</summary>
/// <param name="AllowCommands">True when projects may run <c>command:</c> trainers on this machine.</param>
public sealed record TrainingOptions(bool AllowCommands);
