using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Storage;
using Slipway.Tracking.Artifacts;
using Slipway.Tracking.LoggedModels.Endpoints;
using Slipway.Tracking.Migrations;

namespace Slipway.Tracking.LoggedModels;

/// <summary>Logged models: what a script made, with its parameters, tags, files and what was measured of it.</summary>
internal static class LoggedModelsPart
{
    public static IServiceCollection AddLoggedModels(this IServiceCollection services) => services
        .AddSingleton(new SchemaPart(typeof(LoggedModelsPart).Assembly, M2026113011_LoggedModels.Number))
        .AddSingleton<LoggedModelStore>()
        .AddSingleton<LoggedModelReader>();

    public static void MapLoggedModels(this IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        var models = services.GetRequiredService<LoggedModelStore>();
        var reader = services.GetRequiredService<LoggedModelReader>();
        CreateLoggedModel.Map(routes, models, reader);
        GetLoggedModel.Map(routes, reader);
        FinalizeLoggedModel.Map(routes, models, reader);
        DeleteLoggedModel.Map(routes, models);
        SearchLoggedModels.Map(routes, reader, services.GetRequiredService<Database>());
        SetLoggedModelTags.Map(routes, models, reader);
        LogLoggedModelParameters.Map(routes, models);
        LoggedModelArtifacts.Map(routes, reader, services.GetRequiredService<ArtifactTable>(), services.GetRequiredService<ArtifactDownload>());
    }
}
