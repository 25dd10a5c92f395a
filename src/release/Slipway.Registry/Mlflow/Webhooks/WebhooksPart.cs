using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Access.Outbound;
using Slipway.Registry.Mlflow.Webhooks.Endpoints;

namespace Slipway.Registry.Mlflow.Webhooks;

/// <summary>Webhooks of MLflow's clients.</summary>
internal static class WebhooksPart
{
    public static IServiceCollection AddRegistryWebhooks(this IServiceCollection services) => services
        .AddSingleton<WebhookStore>()
        .AddSingleton<RegistryDeliveries>()
        .AddHostedService<WebhookSender>();

    public static void MapRegistryWebhooks(this IEndpointRouteBuilder routes)
    {
        var webhooks = routes.ServiceProvider.GetRequiredService<WebhookStore>();
        CreateWebhook.Map(routes, webhooks);
        ListWebhooks.Map(routes, webhooks);
        GetWebhook.Map(routes, webhooks);
        UpdateWebhook.Map(routes, webhooks);
        DeleteWebhook.Map(routes);
        TestWebhook.Map(routes, webhooks, routes.ServiceProvider.GetRequiredService<IOutbound>(), routes.ServiceProvider.GetRequiredService<TimeProvider>());
    }
}
