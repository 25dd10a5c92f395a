using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Storage;
using Slipway.Tracking.Migrations;
using Slipway.Tracking.Purging;
using Slipway.Tracking.Scorers.Endpoints;

namespace Slipway.Tracking.Scorers;

/// <summary>Scorers of MLflow's clients: registered by name in an experiment, version by version.</summary>
internal static class ScorersPart
{
    public static IServiceCollection AddScorers(this IServiceCollection services) => services
        .AddSingleton(new SchemaPart(typeof(ScorersPart).Assembly, M2026113053_Scorers.Number))
        .AddSingleton(new OwnedRows(RowOwner.Experiment, "scorer_versions", "scorer, version", "scorer in (select id from scorers where experiment in @ids)"))
        .AddSingleton(new OwnedRows(RowOwner.Experiment, "scorers", "id", "experiment in @ids"))
        .AddSingleton<ScorerStore>();

    public static void MapScorers(this IEndpointRouteBuilder routes)
    {
        var scorers = routes.ServiceProvider.GetRequiredService<ScorerStore>();
        RegisterScorer.Map(routes, scorers);
        ListScorers.Map(routes, scorers);
        GetScorer.Map(routes, scorers);
        DeleteScorer.Map(routes);
    }
}
