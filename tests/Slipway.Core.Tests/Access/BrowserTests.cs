using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Slipway.Access;
using Slipway.Core.Errors;

namespace Slipway.Core.Tests.Access;

/// <summary>What a page of somebody else tries on its visitor's behalf.</summary>
public sealed class BrowserTests(AccessServer server) : IClassFixture<AccessServer>, IDisposable
{
    private readonly HttpClient _client = server.CreateClient();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _client.Dispose();

    [Theory]
    [InlineData("attacker.example")]
    [InlineData("attacker.example:5080")]
    [InlineData("localhost.attacker.example")]
    [InlineData("127.0.0.1.nip.example")]
    [InlineData("2130706433")]
    [InlineData("0177.0.0.1")]
    [InlineData("192.0.2.1")]
    [InlineData("[2001:db8::1]:5080")]
    [InlineData("models.example.attacker.example")]
    public async Task A_name_that_is_not_ours_is_refused(string host)
    {
        var response = await SendAsync("GET", "/read", ("Host", host));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains($"The host name '{host}' is not one of this server's.", await DetailAsync(response), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("LocalHost:8080")]
    [InlineData("127.0.0.1:1")]
    [InlineData("127.0.0.2")]
    [InlineData("[::1]")]
    [InlineData("[::1]:5080")]
    [InlineData("models.example")]
    [InlineData("Models.Example:443")]
    [InlineData("[2001:db8::7]:443")]
    public async Task Our_names_are_answered_with_any_port(string host) =>
        Assert.Equal("read", await (await SendAsync("GET", "/read", ("Host", host))).Content.ReadAsStringAsync(Cancel));

    [Fact]
    public void A_host_with_a_wildcard_a_port_or_a_scheme_is_no_setting()
    {
        var error = Assert.Throws<SlipwayException>(
            () => new Microsoft.Extensions.DependencyInjection.ServiceCollection().AddAccess(new AccessOptions { Hosts = ["*", "*.example", "good.example", "a:80", "http://a", "::1"] }));

        Assert.Equal(4, error.Details.Count);
        Assert.All(["'*'", "'*.example'", "'a:80'", "'http://a'"], host => Assert.Contains(host, error.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("https://attacker.example")]
    [InlineData("null")]
    [InlineData("http://localhost:3000")]
    [InlineData("file://localhost:PORT")]
    [InlineData("http://127.0.0.1:PORT.attacker.example")]
    [InlineData("http://attacker.example/http://127.0.0.1:PORT")]
    [InlineData("")]
    public async Task A_page_of_another_origin_changes_nothing(string origin)
    {
        foreach (var path in new[] { "/models/m/versions/1/approve", "/score/m", "/sign-in" })
        {
            var response = await SendAsync("POST", path, ("Origin", origin.Replace("PORT", $"{server.Address.Port}", StringComparison.Ordinal)));
            Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        }

        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync("DELETE", "/things/x", ("Origin", origin))).StatusCode);
        Assert.DoesNotContain(await server.Audit.ListAsync(1000, Cancel), e => e.Outcome == 200);
    }

    [Theory]
    [InlineData("cross-site")]
    [InlineData("same-site")]
    public async Task A_browser_that_says_that_a_change_comes_from_elsewhere_is_believed(string site) =>
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync("POST", "/score/m", ("Sec-Fetch-Site", site))).StatusCode);

    [Fact]
    public async Task Our_own_pages_and_programs_may_change_things_and_anybody_may_link_here()
    {
        Assert.True((await SendAsync("POST", "/score/m")).IsSuccessStatusCode);
        Assert.True((await SendAsync("POST", "/score/m", ("Origin", $"http://127.0.0.1:{server.Address.Port}"), ("Sec-Fetch-Site", "same-origin"))).IsSuccessStatusCode);
        Assert.True((await SendAsync("POST", "/score/m", ("Host", "models.example"), ("Origin", "https://models.example"))).IsSuccessStatusCode);
        Assert.True((await SendAsync("GET", "/read", ("Origin", "https://elsewhere.example"), ("Sec-Fetch-Site", "cross-site"))).IsSuccessStatusCode);
    }

    [Fact]
    public async Task A_page_of_another_origin_opens_no_socket()
    {
        var address = new UriBuilder(server.Address) { Scheme = "ws", Path = "/socket" }.Uri;

        using var own = new ClientWebSocket();
        own.Options.SetRequestHeader("Origin", server.Address.GetLeftPart(UriPartial.Authority));
        await own.ConnectAsync(address, Cancel);

        using var foreign = new ClientWebSocket();
        foreign.Options.SetRequestHeader("Origin", "https://attacker.example");
        foreign.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<WebSocketException>(() => foreign.ConnectAsync(address, Cancel));
        Assert.Equal(HttpStatusCode.Forbidden, foreign.HttpStatusCode);
    }

    [Theory]
    [InlineData("/read")]
    [InlineData("/nothing")]
    [InlineData("/fail/NotFound")]
    [InlineData("/undeclared")]
    public async Task Every_answer_tells_the_browser_what_it_may_do(string path)
    {
        var headers = (await SendAsync("GET", path)).Headers;

        var policy = headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("style-src 'self' 'unsafe-inline';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-eval", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("DENY", headers.GetValues("X-Frame-Options").Single());
        Assert.Equal("same-origin", headers.GetValues("Referrer-Policy").Single());
        Assert.Equal("same-origin", headers.GetValues("Cross-Origin-Resource-Policy").Single());
    }

    [Fact]
    public async Task A_prediction_carries_no_more_than_it_needs()
    {
        var response = await SendAsync("POST", "/score/m");

        Assert.Equal(["X-Content-Type-Options"], response.Headers.Select(h => h.Key).Except(["Date", "Server", "Transfer-Encoding"]));
    }

    [Fact]
    public async Task A_page_can_allow_its_own_script_by_digest_or_nonce_and_for_itself_alone()
    {
        var response = await SendAsync("GET", "/page");
        var nonce = await response.Content.ReadAsStringAsync(Cancel);
        var digest = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes("""{"imports":{}}""")));

        Assert.Contains($"script-src 'self' 'nonce-{nonce}' 'sha256-{digest}';", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.NotEqual(nonce, await (await SendAsync("GET", "/page")).Content.ReadAsStringAsync(Cancel));
        Assert.DoesNotContain("sha256", (await SendAsync("GET", "/read")).Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> SendAsync(string method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }

        return await _client.SendAsync(request, Cancel);
    }

    private static async Task<string> DetailAsync(HttpResponseMessage response) =>
        (await response.Content.ReadFromJsonAsync<System.Text.Json.JsonElement>(Cancel)).GetProperty("detail").GetString()!;
}
