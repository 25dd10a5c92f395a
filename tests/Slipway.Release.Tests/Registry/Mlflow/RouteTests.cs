using Microsoft.AspNetCore.Routing;
using Slipway.Access;

namespace Slipway.Release.Tests.Registry.Mlflow;

public sealed class RouteTests(MlflowServer server) : IClassFixture<MlflowServer>
{
    private static readonly string[] Parts = ["registered-models", "model-versions", "webhooks"];

    [Fact]
    public void Every_route_says_what_it_needs_and_has_a_twin_for_pages()
    {
        var routes = server.Get<EndpointDataSource>();
        var own = routes.Endpoints.OfType<RouteEndpoint>().Where(route => Parts.Any(part => route.RoutePattern.RawText!.Contains(part, StringComparison.Ordinal))).ToList();
        var byPage = own.Where(route => route.RoutePattern.RawText!.StartsWith("/ajax-api/", StringComparison.Ordinal)).ToList();

        Assert.Empty(RouteAudit.WithoutPermission(routes));
        Assert.Empty(RouteAudit.ChangesWithoutName(routes));
        Assert.Equal(own.Count, byPage.Count * 2);
        Assert.Equal(
            [
                "CreateModelVersionAjax POST Develop",
                "CreateRegisteredModelAjax POST Develop",
                "CreateWebhookAjax POST Administer",
                "DeleteModelVersionAjax DELETE Develop",
                "DeleteModelVersionTagAjax DELETE Develop",
                "DeleteRegisteredModelAjax DELETE Develop",
                "DeleteRegisteredModelAliasAjax DELETE Develop",
                "DeleteRegisteredModelTagAjax DELETE Develop",
                "DeleteWebhookAjax DELETE Administer",
                "GetLatestVersionsAjax POST Read",
                "GetLatestVersionsByQueryAjax GET Read",
                "GetModelVersionAjax GET Read",
                "GetModelVersionArtifactAjax GET,HEAD Read",
                "GetModelVersionByAliasAjax GET Read",
                "GetModelVersionDownloadUriAjax GET Read",
                "GetRegisteredModelAjax GET Read",
                "GetWebhookAjax GET Administer",
                "ListWebhooksAjax GET Administer",
                "RenameRegisteredModelAjax POST Develop",
                "SearchModelVersionsAjax GET Read",
                "SearchRegisteredModelsAjax GET Read",
                "SetModelVersionTagAjax POST Develop",
                "SetRegisteredModelAliasAjax POST Develop",
                "SetRegisteredModelTagAjax POST Develop",
                "TestWebhookAjax POST Administer",
                "TransitionModelVersionStageAjax POST Develop",
                "UpdateModelVersionAjax PATCH Develop",
                "UpdateRegisteredModelAjax PATCH Develop",
                "UpdateWebhookAjax PATCH Administer",
            ],
            byPage.Select(Describe).Order(StringComparer.Ordinal));
    }

    private static string Describe(RouteEndpoint route) =>
        $"{route.Metadata.GetMetadata<IEndpointNameMetadata>()!.EndpointName} {string.Join(',', route.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods)} {route.Metadata.GetMetadata<NeedsPermission>()!.Permission}";
}
