using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;

namespace Slipway.Release.Tests;

public sealed class RouteTests(ReleaseFixture fixture)
{
    [Fact]
    public void Every_route_has_a_name_a_summary_and_the_permission_that_it_needs()
    {
        var routes = fixture.Host.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Where(route => !IsMlflow(route)).ToList();

        Assert.All(routes, route => Assert.NotNull(route.Metadata.GetMetadata<IEndpointSummaryMetadata>()));
        Assert.Equal(
            [
                "ApproveVersion: Approve",
                "CommentOnApproval: Deploy",
                "DeleteVersion: Administer",
                "DeployVersion: Deploy",
                "DeprecateVersion: Approve",
                "EditCard: Develop",
                "GetApproval: Read",
                "GetCard: Read",
                "GetDeployment: Read",
                "GetDeploymentHistory: Read",
                "GetLineage: Read",
                "GetModelHistory: Read",
                "GetRollout: Read",
                "GetVersion: Read",
                "ListApprovals: Read",
                "ListDeploymentEvents: Read",
                "ListDeployments: Read",
                "ListModels: Read",
                "ListRolloutLooks: Read",
                "ListRollouts: Read",
                "ListVersionEvents: Read",
                "ListVersions: Read",
                "PromoteRollout: Deploy",
                "RejectVersion: Approve",
                "RequestApproval: Deploy",
                "RevokeApproval: Approve",
                "RollBackDeployment: Deploy",
                "RollBackRollout: Deploy",
                "VerifyVersion: Develop",
                "WatchRollout: Read",
            ],
            routes.Select(r => $"{r.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName}: {r.Metadata.GetMetadata<NeedsPermission>()?.Permission}").Order());
    }

    // MLflow documents its own; Mlflow/RouteTests holds their permissions.
    private static bool IsMlflow(RouteEndpoint route) => route.Metadata.GetMetadata<ITagsMetadata>()?.Tags.Contains("MLflow") == true;
}
