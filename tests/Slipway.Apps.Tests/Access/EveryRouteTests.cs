using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Access.Scopes;

namespace Slipway.Apps.Tests.Access;

/// <summary>Walks every route of the program, HTTP and gRPC, with those who may not: whoever adds a route is in here by itself.</summary>
public sealed partial class EveryRouteTests(AuthServer server) : IClassFixture<AuthServer>
{
    // What anybody may reach, each for its reason: probes ask without a key, pages need their files, and how an interface looks is public.
    private static readonly string[] Open =
    [
        "GET,HEAD /_console/{file}", "GET,HEAD /sign-in", "POST /sign-in", "POST /sign-out",
        "GET /health", "GET /ping", "GET /v2/", "GET /v2/health/live", "GET /v2/health/ready", "GET /version",
        "POST /grpc.health.v1.Health/Check", "POST /grpc.health.v1.Health/Watch",
        "POST /grpc.reflection.v1.ServerReflection/ServerReflectionInfo", "POST /grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        "POST /inference.GRPCInferenceService/ServerLive", "POST /inference.GRPCInferenceService/ServerMetadata", "POST /inference.GRPCInferenceService/ServerReady",
    ];

    // Their handlers look after scopes: lists show what is in reach, and what names its project or deployment in its body is checked when that is read.
    private static readonly string[] ChecksScopeItself =
    [
        "GET /api/v1/deployments/", "GET /api/v1/models/", "GET /api/v1/projects/", "GET /v1/models/",
        "POST /api/v1/deployments/{name}/deploy", "POST /api/v1/projects/apply", "POST /api/v1/projects/train",
        "POST /inference.GRPCInferenceService/ModelConfig", "POST /inference.GRPCInferenceService/ModelInfer", "POST /inference.GRPCInferenceService/ModelMetadata",
        "POST /inference.GRPCInferenceService/ModelReady", "POST /inference.GRPCInferenceService/ModelStatistics", "POST /inference.GRPCInferenceService/ModelStreamInfer",
        "POST /inference.GRPCInferenceService/RepositoryModelLoad", "POST /inference.GRPCInferenceService/RepositoryModelUnload",
        "POST /invocations", "POST /v2/repository/index",
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void What_is_open_to_anybody_is_this_and_nothing_else() =>
        Assert.Equal(Open.Order(StringComparer.Ordinal), server.Routes.Where(route => PermissionOf(route) == Permission.Anonymous).Select(Describe).Order(StringComparer.Ordinal));

    [Fact]
    public void The_handlers_that_look_after_scopes_are_these() =>
        Assert.Equal(ChecksScopeItself.Order(StringComparer.Ordinal), server.Routes.Where(LooksItself).Select(Describe).Order(StringComparer.Ordinal));

    [Fact]
    public Task Nobody_gets_in_without_a_key() => WalkAsync(null, _ => true, 401, 16);

    [Fact]
    public Task Nobody_gets_in_with_a_key_that_is_none() => WalkAsync("slip_" + new string('A', 43), _ => true, 401, 16);

    [Fact]
    public Task A_viewer_changes_nothing_and_asks_for_no_prediction() =>
        WalkAsync(server.Secret(Role.Viewer), route => PermissionOf(route) is not (Permission.Anonymous or Permission.Read), 403, 7);

    [Fact]
    public Task A_scorer_sees_and_changes_nothing() =>
        WalkAsync(server.Secret(Role.Scorer), route => PermissionOf(route) is not (Permission.Anonymous or Permission.Score), 403, 7);

    [Fact]
    public Task A_developer_neither_approves_nor_administers() =>
        WalkAsync(server.Secret(Role.Developer), route => PermissionOf(route) is Permission.Approve or Permission.Override or Permission.Administer, 403, 7);

    [Fact]
    public async Task A_key_of_another_deployment_reaches_nothing() => await WalkAsync(
        await server.NewKeyAsync(Role.Developer, ["elsewhere"]),
        route => PermissionOf(route) is Permission.Read or Permission.Score or Permission.Develop or Permission.Deploy && !LooksItself(route),
        403,
        7);

    [Fact]
    public async Task Over_gRPC_the_name_in_the_message_is_looked_at()
    {
        using var client = Grpc(await server.NewKeyAsync(Role.Developer, ["elsewhere"]));
        foreach (var route in server.Routes.Where(route => LooksItself(route) && IsGrpc(route) && !route.RoutePattern.RawText!.EndsWith("ModelStreamInfer", StringComparison.Ordinal)))
        {
            Assert.Equal((Describe(route), 7), (Describe(route), (await GrpcBytes.CallAsync(client, route.RoutePattern.RawText!, GrpcBytes.Named("bikes"), Cancel)).Status));
        }
    }

    [Fact]
    public async Task A_list_shows_a_key_of_a_deployment_only_that_one()
    {
        using var client = server.Client(await server.NewKeyAsync(Role.Developer, ["bikes"]));
        foreach (var path in new[] { "/api/v1/deployments", "/v1/models" })
        {
            var list = await client.GetStringAsync(path, Cancel);
            Assert.Contains("bikes", list, StringComparison.Ordinal);
            Assert.DoesNotContain("scooters", list, StringComparison.Ordinal);
        }

        var index = await (await client.PostAsync("/v2/repository/index", null, Cancel)).Content.ReadAsStringAsync(Cancel);
        Assert.Contains("bikes", index, StringComparison.Ordinal);
        Assert.DoesNotContain("scooters", index, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_open_answers_without_a_key()
    {
        using var client = server.Client((string?)null);
        foreach (var path in new[] { "/health", "/ping", "/version", "/v2", "/v2/health/live", "/v2/health/ready", "/sign-in", "/_console/slipway.css" })
        {
            Assert.Equal((path, HttpStatusCode.OK), (path, (await client.GetAsync(path, Cancel)).StatusCode));
        }

        using var grpc = Grpc(null);
        Assert.Equal(0, (await GrpcBytes.CallAsync(grpc, "/grpc.health.v1.Health/Check", [0, 0, 0, 0, 0], Cancel)).Status);
    }

    [Theory]
    [InlineData("GET", "/api/2.0/mlflow/experiments/search", "error_code", "UNAUTHENTICATED")]
    [InlineData("GET", "/api/2.0/mlflow/nothing/here", "error_code", "UNAUTHENTICATED")]
    [InlineData("POST", "/invocations", "error_code", "UNAUTHENTICATED")]
    [InlineData("POST", "/v2/models/bikes/infer", "error", "Nobody is signed in")]
    [InlineData("POST", "/v1/models/bikes:predict", "error", "Nobody is signed in")]
    [InlineData("GET", "/api/v1/projects", "detail", "Nobody is signed in")]
    public async Task Each_protocol_says_it_in_its_own_words(string method, string path, string member, string said)
    {
        using var client = server.Client((string?)null);
        using var response = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), Cancel);

        using var body = System.Text.Json.JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel));
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.NotEmpty(response.Headers.WwwAuthenticate);
        Assert.StartsWith(said, body.RootElement.GetProperty(member).GetString(), StringComparison.Ordinal);
    }

    private async Task WalkAsync(string? secret, Func<RouteEndpoint, bool> which, int status, int grpcStatus)
    {
        using var http = server.Client(secret);
        using var grpc = Grpc(secret);
        var walked = 0;
        foreach (var route in server.Routes.Where(route => PermissionOf(route) != Permission.Anonymous && which(route)))
        {
            if (IsGrpc(route))
            {
                Assert.Equal((Describe(route), grpcStatus), (Describe(route), (await GrpcBytes.CallAsync(grpc, route.RoutePattern.RawText!, GrpcBytes.Named("bikes"), Cancel)).Status));
                walked++;
                continue;
            }

            foreach (var method in route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET", "POST", "PUT", "PATCH", "DELETE"])
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), PathOf(route));
                request.Content = method is "GET" or "HEAD" ? null : new StringContent("{}", Encoding.UTF8, "application/json");
                using var response = await http.SendAsync(request, Cancel);
                Assert.Equal((method, PathOf(route), status), (method, PathOf(route), (int)response.StatusCode));
                walked++;
            }
        }

        Assert.True(walked > 5);
    }

    private HttpClient Grpc(string? secret)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(server.Grpc) };
        if (secret is not null)
        {
            client.DefaultRequestHeaders.Add("authorization", $"Bearer {secret}");
        }

        return client;
    }

    private static bool IsGrpc(RouteEndpoint route) => route.DisplayName?.StartsWith("gRPC", StringComparison.Ordinal) == true;

    private static bool LooksItself(RouteEndpoint route) =>
        ReferenceEquals(route.Metadata.LastOrDefault(item => item.GetType() == ScopeEndpoints.InHandler.GetType()), ScopeEndpoints.InHandler);

    private static Permission? PermissionOf(RouteEndpoint route) => route.Metadata.GetMetadata<NeedsPermission>()?.Permission;

    private static string Describe(RouteEndpoint route) => $"{string.Join(',', route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [IsGrpc(route) ? "POST" : "*"])} /{route.RoutePattern.RawText!.TrimStart('/')}";

    private static string PathOf(RouteEndpoint route) => "/" + Parameter().Replace(route.RoutePattern.RawText!.TrimStart('/'), match => match.Value.Contains("int", StringComparison.Ordinal) ? "1" : "x");

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();
}
