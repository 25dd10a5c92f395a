using System.Net;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Slipway.Access;
using Slipway.Server;

namespace Slipway.Apps.Tests.Program;

/// <summary>Rules that every route of the program must follow, whoever adds it.</summary>
public sealed class RoutesTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-routes-").FullName;
    private SlipwayServer _server = null!;
    private HttpClient _http = null!;

    // Pages and their files, the document itself, the routes of MLflow's clients, which have a document of their own, and OTLP, which OpenTelemetry documents.
    private static readonly string[] NotOfTheApi =
    [
        "projects/", "approvals", "sign-in", "sign-out", "experiments", "runs/", "models", "history/", "lineage", "openapi/", "docs", "_console/", "_framework/", "_blazor", "_content/",
        "api/2.0/", "api/3.0/", "ajax-api/", "graphql", "get-artifact", "model-versions/", "v1/traces",
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var settings = new ServerSettings { Http = new IPEndPoint(IPAddress.Loopback, 0), Grpc = new IPEndPoint(IPAddress.Loopback, 0), Data = Path.Combine(_folder, "data") };
        _server = await SlipwayServer.StartAsync(settings, LogLevel.Warning, Cancel);
        _http = new HttpClient { BaseAddress = new Uri(_server.HttpAddress) };
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Every_route_declares_its_permission_and_every_change_has_a_name_for_the_audit()
    {
        var routes = _server.Services.GetRequiredService<EndpointDataSource>();

        Assert.True(routes.Endpoints.Count > 30);
        Assert.Empty(RouteAudit.WithoutPermission(routes));
        Assert.Empty(RouteAudit.ChangesWithoutName(routes));
    }

    [Theory]
    [InlineData("/openapi/v1.json", "application/json")]
    [InlineData("/openapi/mlflow.json", "application/json")]
    [InlineData("/docs/", "text/html")]
    [InlineData("/health", "text/plain")]
    [InlineData("/v2/health/ready", "application/json")]
    [InlineData("/metrics", "text/plain")]
    [InlineData("/", "text/html")]
    public async Task The_programs_pages_and_documents_are_there(string path, string type)
    {
        using var response = await _http.GetAsync(new Uri(path, UriKind.Relative), Cancel);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(type, response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Every_route_of_the_API_is_in_the_document_and_those_that_take_a_body_say_which()
    {
        using var document = System.Text.Json.JsonDocument.Parse(await _http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative), Cancel));
        var told = document.RootElement.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Where(o => o.Name is "get" or "post" or "put" or "patch" or "delete"), (path, operation) => (Route: $"{operation.Name} {path.Name}", Operation: operation.Value))
            .ToDictionary(o => o.Route, o => o.Operation);

        var mapped = _server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<Grpc.AspNetCore.Server.GrpcMethodMetadata>() is null && e.RoutePattern.RawText!.TrimStart('/') is { Length: > 0 } path && !NotOfTheApi.Any(path.StartsWith))
            .SelectMany(e => e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [], (e, method) => $"{method.ToLowerInvariant()} {PathOf(e)}")
            .Where(route => !route.StartsWith("head ", StringComparison.Ordinal))
            .ToHashSet();

        // The same as …/{id}/replay, for ids with slashes.
        Assert.Equal(["post /api/v1/deployments/{name}/predictions/{path}"], mapped.Except(told.Keys).Order());
        Assert.Equal([], told.Where(o => !o.Value.TryGetProperty("summary", out _)).Select(o => o.Key));
        var inference = told.Where(o => o.Key.StartsWith("post /v1/", StringComparison.Ordinal) || o.Key.StartsWith("post /v2/", StringComparison.Ordinal) || o.Key.EndsWith("/invocations", StringComparison.Ordinal)).ToList();
        Assert.Equal(16, inference.Count);
        Assert.All(inference, o =>
        {
            Assert.True(o.Value.TryGetProperty("requestBody", out var body) && body.GetProperty("content").TryGetProperty("application/json", out _), $"{o.Key} tells no body.");
            Assert.Equal(o.Key.Count(c => c == '{'), o.Value.TryGetProperty("parameters", out var parameters) ? parameters.GetArrayLength() : 0);
            Assert.True(o.Value.GetProperty("responses").TryGetProperty("400", out _), $"{o.Key} tells no error.");
        });
    }

    [Fact]
    public async Task Every_route_of_MLflows_clients_is_in_its_document_with_permission_request_answer_and_error()
    {
        using var document = System.Text.Json.JsonDocument.Parse(await _http.GetStringAsync(new Uri("/openapi/mlflow.json", UriKind.Relative), Cancel));
        var told = document.RootElement.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject(), (path, operation) => (Route: $"{operation.Name} {path.Name}", Operation: operation.Value))
            .ToDictionary(o => o.Route, o => o.Operation);
        var routes = _server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<Microsoft.AspNetCore.Http.Metadata.ITagsMetadata>()?.Tags.Contains("MLflow") == true && e.RoutePattern.RawText is not ("/v1/traces" or "/graphql" or "/ajax-api/graphql"))
            .SelectMany(e => e.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Where(method => method != "HEAD"), (e, method) => $"{method.ToLowerInvariant()} {PathOf(e)}")
            .ToHashSet();

        // Each once, and its twin.
        Assert.True(told.Count > 80);
        Assert.Equal(routes.Where(route => !route.Contains(" /ajax-api/", StringComparison.Ordinal)).Order(), told.Keys.Order());
        Assert.Empty(told.Keys.Where(route => route.Contains(" /api/", StringComparison.Ordinal)).Select(route => route.Replace(" /api/", " /ajax-api/", StringComparison.Ordinal)).Except(routes));
        Assert.All(told, o =>
        {
            Assert.True(o.Value.GetProperty("summary").GetString()!.Length > 5, o.Key);
            Assert.StartsWith("Needs the permission ", o.Value.GetProperty("description").GetString(), StringComparison.Ordinal);
            Assert.NotEmpty(o.Value.GetProperty("responses").GetProperty("200").GetProperty("content").EnumerateObject());
            Assert.Equal(
                "#/components/schemas/Error",
                o.Value.GetProperty("responses").GetProperty("400").GetProperty("content").GetProperty("application/json").GetProperty("schema").GetProperty("$ref").GetString());
            Assert.Equal(o.Key.Count(c => c == '{'), Parameters(o.Value, "path").Count);
        });

        Assert.Equal(["experiment_ids", "filter", "max_results", "order_by", "page_token", "run_view_type"], Fields(Body(told["post /api/2.0/mlflow/runs/search"])));
        Assert.Equal(["max_results", "metric_key", "page_token", "run_id"], Parameters(told["get /api/2.0/mlflow/metrics/get-history"], "query"));
        Assert.True(told["put /api/2.0/mlflow-artifacts/artifacts/{path}"].GetProperty("requestBody").GetProperty("content").TryGetProperty("application/octet-stream", out _));
        var schemas = document.RootElement.GetProperty("components").GetProperty("schemas");
        Assert.Equal(["data", "info", "inputs", "outputs"], Fields(schemas.GetProperty("Run")));
        Assert.Equal(["error_code", "message"], Fields(schemas.GetProperty("Error")));

        // What a message speaks of is there.
        var text = document.RootElement.GetRawText();
        Assert.All(
            System.Text.RegularExpressions.Regex.Matches(text, "\"#/components/schemas/([^\"]+)\"").Select(match => match.Groups[1].Value).Distinct(),
            name => Assert.True(schemas.TryGetProperty(name, out _), name));

        static System.Text.Json.JsonElement Body(System.Text.Json.JsonElement operation) =>
            operation.GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("schema");

        static IEnumerable<string> Fields(System.Text.Json.JsonElement schema) => schema.GetProperty("properties").EnumerateObject().Select(field => field.Name).Order();

        static List<string> Parameters(System.Text.Json.JsonElement operation, string place) => operation.TryGetProperty("parameters", out var list)
            ? [.. list.EnumerateArray().Where(p => p.GetProperty("in").GetString() == place).Select(p => p.GetProperty("name").GetString()!).Order()]
            : [];
    }

    [Theory]
    [InlineData("apply", "{}", "'yaml'")]
    [InlineData("train", "{\"yaml\": \"model: a\"}", "'folder'")]
    public async Task A_project_without_its_text_or_folder_is_told_what_is_missing(string route, string body, string named)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await _http.PostAsync(new Uri($"/api/v1/projects/{route}", UriKind.Relative), content, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(named, System.Text.Json.Nodes.JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!["detail"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/v1/deployments/bikes/deploy")]
    [InlineData("/api/v1/deployments/bikes/rollback")]
    [InlineData("/api/v1/models/bikes/versions/1.0.0/approve")]
    public async Task A_change_without_what_it_needs_is_the_callers_mistake(string path)
    {
        foreach (var body in new[] { "{}", "[", "null", "{\"version\": 7}" })
        {
            using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
            using var response = await _http.PostAsync(new Uri(path, UriKind.Relative), content, Cancel);

            Assert.InRange((int)response.StatusCode, 400, 499);
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        }
    }

    [Fact]
    public async Task A_request_that_is_too_large_is_told_the_bound()
    {
        // The length alone is refused, so nothing of it is sent, however long the answer is on its way.
        using var handler = new SocketsHttpHandler { Expect100ContinueTimeout = Timeout.InfiniteTimeSpan };
        using var http = new HttpClient(handler) { BaseAddress = _http.BaseAddress };
        using var content = new StreamContent(Stream.Null) { Headers = { ContentLength = 1L << 30, ContentType = new("application/json") } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/projects/apply") { Content = content, Headers = { ExpectContinue = true } };
        using var response = await http.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Contains("67,108,864 bytes", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_foreign_host_and_a_foreign_origin_are_refused_by_the_program()
    {
        using var rebound = new HttpRequestMessage(HttpMethod.Get, "/api/v1/projects") { Headers = { Host = "evil.example" } };
        using var forged = new HttpRequestMessage(HttpMethod.Post, "/api/v1/deployments/bikes/rollback");
        forged.Headers.Add("Origin", "http://evil.example");

        Assert.Equal(HttpStatusCode.BadRequest, (await _http.SendAsync(rebound, Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await _http.SendAsync(forged, Cancel)).StatusCode);
    }

    // As the document writes it: without constraints.
    private static string PathOf(RouteEndpoint endpoint) =>
        "/" + System.Text.RegularExpressions.Regex.Replace(endpoint.RoutePattern.RawText!.Trim('/'), @"\{\**(\w+)[^}]*\}", "{$1}");
}
