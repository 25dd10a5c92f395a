using System.IO.Compression;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Slipway.Access;
using Slipway.Console;
using Slipway.Console.Hosting;
using Slipway.Storage;
using Slipway.Tests;

namespace Slipway.Apps.Tests.Console;

/// <summary>What the console does beside a server's other routes, as long as nobody opens a page.</summary>
public sealed class ConsoleRoutesTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("slipway-console-");
    private WebApplication _app = null!;
    private HttpClient _http = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddTestStorage(_folder.FullName).AddAccess(new AccessOptions()).AddConsole();
        _app = builder.Build();
        _app.MapPost("/v2/models/{model}/infer", () => "answered").Needs(Permission.Score);
        _app.MapConsole();
        await _app.Services.OpenStorageAsync(Cancel);
        await _app.StartAsync(Cancel);
        _http = new HttpClient { BaseAddress = new Uri(_app.Urls.First()) };
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void Every_route_declares_its_permission()
    {
        var endpoints = ((IEndpointRouteBuilder)_app).DataSources.SelectMany(s => s.Endpoints).ToList();

        Assert.All(endpoints, e => Assert.NotNull(e.Metadata.GetMetadata<NeedsPermission>()));
        Assert.Equal(
            ["/_console/{file}", "/sign-in", "/sign-in", "/sign-out"],
            endpoints.OfType<RouteEndpoint>().Where(e => e.Metadata.GetMetadata<NeedsPermission>()!.Permission == Permission.Anonymous).Select(e => e.RoutePattern.RawText).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Nothing_is_built_before_a_page_is_asked_for()
    {
        using var file = await _http.GetAsync(new Uri("/_console/slipway.css", UriKind.Relative), Cancel);
        using var unknown = await _http.GetAsync(new Uri("/api/v1/nothing", UriKind.Relative), Cancel);

        Assert.Equal(HttpStatusCode.OK, file.StatusCode);
        Assert.False(_app.Services.GetRequiredService<ConsoleHost>().IsBuilt);
    }

    [Theory]
    [InlineData("/api/v1/nothing", "text/html")]
    [InlineData("/v2/models/nothing/unheard-of", "text/html")]
    [InlineData("/nothing", "application/json")]
    [InlineData("/nothing", "*/*")]
    public async Task An_interface_or_a_program_never_gets_a_page(string path, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd(accept);

        using var response = await _http.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.NotEqual("text/html", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task A_wrong_method_stays_a_wrong_method()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v2/models/bikes/infer");
        request.Headers.Accept.ParseAdd("text/html");

        using var response = await _http.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
    }

    [Theory]
    [InlineData("slipway.css", "text/css")]
    [InlineData("slipway.js", "text/javascript")]
    [InlineData("slipway.svg", "image/svg+xml")]
    [InlineData("MudBlazor.min.css", "text/css")]
    [InlineData("blazor.web.js", "text/javascript")]
    public async Task A_file_is_there_with_its_type_and_not_to_be_guessed(string file, string type)
    {
        using var response = await _http.GetAsync(new Uri($"/_console/{file}", UriKind.Relative), Cancel);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(type, response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.True((await response.Content.ReadAsByteArrayAsync(Cancel)).Length > 100);
    }

    [Fact]
    public async Task A_file_is_kept_for_ever_by_its_version_and_asked_for_again_without()
    {
        var address = ConsoleFiles.Address("slipway.css");
        using var kept = await _http.GetAsync(new Uri(address, UriKind.Relative), Cancel);
        using var checkedAgain = await _http.GetAsync(new Uri("/_console/slipway.css", UriKind.Relative), Cancel);
        using var conditional = new HttpRequestMessage(HttpMethod.Get, "/_console/slipway.css");
        conditional.Headers.IfNoneMatch.Add(checkedAgain.Headers.ETag!);

        using var same = await _http.SendAsync(conditional, Cancel);

        Assert.Contains("immutable", kept.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.True(checkedAgain.Headers.CacheControl!.NoCache);
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
    }

    [Fact]
    public async Task A_file_is_compressed_for_a_browser_that_takes_it()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/_console/MudBlazor.min.css");
        request.Headers.AcceptEncoding.ParseAdd("gzip, br");

        using var response = await _http.SendAsync(request, Cancel);

        Assert.Equal("br", response.Content.Headers.ContentEncoding.Single());
        await using var plain = new BrotliStream(await response.Content.ReadAsStreamAsync(Cancel), CompressionMode.Decompress);
        using var reader = new StreamReader(plain);
        Assert.Equal(await _http.GetStringAsync(new Uri("/_console/MudBlazor.min.css", UriKind.Relative), Cancel), await reader.ReadToEndAsync(Cancel));
    }

    [Theory]
    [InlineData("nothing.css")]
    [InlineData("..%2fslipway.css")]
    [InlineData("slipway.css%00")]
    public async Task A_file_that_is_not_there_is_not_found(string file)
    {
        using var response = await _http.GetAsync(new Uri($"/_console/{file}", UriKind.Relative), Cancel);

        Assert.Contains(response.StatusCode, new[] { HttpStatusCode.NotFound, HttpStatusCode.BadRequest });
    }
}
