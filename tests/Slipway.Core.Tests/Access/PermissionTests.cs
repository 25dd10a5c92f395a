using System.Net;
using Microsoft.AspNetCore.Http;
using Slipway.Access;

namespace Slipway.Core.Tests.Access;

public sealed class PermissionTests(AccessServer server) : IClassFixture<AccessServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_route_that_declares_no_permission_is_refused_and_logged()
    {
        using var client = server.CreateClient();

        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync("/undeclared", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await client.PostAsync("/undeclared-change", null, Cancel)).StatusCode);
        Assert.Contains(server.Log.Entries, e => e.Text.Contains("/undeclared ", StringComparison.Ordinal));
    }

    [Fact]
    public void The_walk_over_all_routes_finds_those_without_a_permission_and_changes_without_a_name()
    {
        Assert.Equal(["GET /undeclared", "POST /undeclared-change"], RouteAudit.WithoutPermission(server.Routes));
        Assert.Equal(["DELETE /things/{name}"], RouteAudit.ChangesWithoutName(server.Routes));
    }

    [Fact]
    public async Task A_grpc_caller_is_refused_with_a_status_of_grpc()
    {
        await using var local = await AccessServer.StartTestServerAsync();

        var context = await local.TestServer.SendAsync(request =>
        {
            request.Request.Protocol = HttpProtocol.Http2;
            request.Request.Method = "POST";
            request.Request.Host = new HostString("localhost");
            request.Request.Path = "/undeclared-change";
            request.Request.ContentType = "application/grpc";
        }, Cancel);

        Assert.Equal(200, context.Response.StatusCode);
        Assert.Equal("application/grpc", context.Response.ContentType);
        Assert.Equal("7", context.Response.Headers.GrpcStatus);
        Assert.Contains("declares%20no%20permission", context.Response.Headers.GrpcMessage.ToString(), StringComparison.Ordinal);
    }
}
