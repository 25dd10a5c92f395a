using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Registry.Approvals;
using Slipway.Registry.Cards.Endpoints;
using Slipway.Registry.Cards.Sections;
using Slipway.Registry.Migrations;
using Slipway.Storage;

namespace Slipway.Registry.Cards;

/// <summary>Model cards.</summary>
internal static class CardsPart
{
    public static IServiceCollection AddModelCards(this IServiceCollection services) => services
        .AddSingleton(new SchemaPart(typeof(CardsPart).Assembly, M2026120401_ModelCards.Number))
        .AddSingleton<CardStore>()
        .AddSingleton<EvidenceReader>()
        .AddSingleton<ICardSection, VersionSection>()
        .AddSingleton<ICardSection, RecipeSection>()
        .AddSingleton<ICardSection, MetricsSection>()
        .AddSingleton<ICardSection, GatesSection>()
        .AddSingleton<ICardSection, FairnessSection>()
        .AddSingleton<ICardSection, RobustnessSection>()
        .AddSingleton<ICardSection, LimitsSection>()
        .AddSingleton<ICardSection, DecisionsSection>()
        .AddSingleton<IModelCards, ModelCards>()
        .AddSingleton<IVersionDocuments, CardDocument>();

    public static void MapModelCards(this IEndpointRouteBuilder models)
    {
        GetCard.Map(models);
        EditCard.Map(models);
    }
}
