using System.Net;
using System.Net.WebSockets;
using System.Text.RegularExpressions;
using Slipway.Access;
using Slipway.Console.SigningIn;
using Slipway.Core;

namespace Slipway.Apps.Tests.Access;

/// <summary>Signing in to the console, as a browser does it.</summary>
public sealed partial class SignInTests(AuthServer server) : IClassFixture<AuthServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_page_leads_to_the_form_and_a_key_leads_back_to_the_page()
    {
        using var browser = new Browser(server);
        using var asked = await browser.GetAsync("/projects/x?version=1.0.0");
        Assert.Equal("/sign-in?next=%2Fprojects%2Fx%3Fversion%3D1.0.0", asked.Headers.Location?.ToString());
        Assert.Equal("no-store", asked.Headers.CacheControl?.ToString());

        using var entered = await browser.SignInAsync(server.Secret(Role.Viewer), asked.Headers.Location!.ToString());
        Assert.Equal(HttpStatusCode.SeeOther, entered.StatusCode);
        Assert.Equal("/projects/x?version=1.0.0", entered.Headers.Location?.ToString());

        using var page = await browser.GetAsync("/");
        var text = await page.Content.ReadAsStringAsync(Cancel);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains("viewer-key", text, StringComparison.Ordinal);
        Assert.Contains("Sign out", text, StringComparison.Ordinal);
        Assert.Contains(await server.Audit.ListAsync(100, Cancel), entry => entry is { Action: "SignIn", Actor.Name: "viewer-key", Outcome: 200 });
    }

    [Fact]
    public async Task The_cookie_is_for_this_site_alone_out_of_reach_of_scripts_and_holds_no_key()
    {
        using var browser = new Browser(server);
        using var plain = await browser.SignInAsync(server.Secret(Role.Admin));
        var cookie = Cookie(plain);
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("secure", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("expires", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("slip_", cookie, StringComparison.Ordinal);

        using var behindTls = new Browser(server);
        behindTls.Headers.Add("X-Forwarded-Proto", "https");
        using var safe = await behindTls.SignInAsync(server.Secret(Role.Admin));
        Assert.Contains("; secure", Cookie(safe), StringComparison.OrdinalIgnoreCase);

        static string Cookie(HttpResponseMessage response) => Assert.Single(response.Headers.GetValues("Set-Cookie"), value => value.StartsWith("slipway-session=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_wrong_key_and_one_that_may_not_look_are_told_so_on_the_page()
    {
        foreach (var (secret, status, told) in new[]
        {
            ("slip_<b>wrong</b>", HttpStatusCode.Unauthorized, "The key is not one of this server&#x27;s"),
            ("", HttpStatusCode.Unauthorized, "The key is not one of this server&#x27;s"),
            (server.Secret(Role.Scorer), HttpStatusCode.Forbidden, "its role is scorer"),
            (await server.NewKeyAsync(Role.Viewer, ["bikes"]), HttpStatusCode.Forbidden, "it is limited to deployment bikes"),
        })
        {
            using var browser = new Browser(server);
            using var refused = await browser.SignInAsync(secret);
            var page = await refused.Content.ReadAsStringAsync(Cancel);
            Assert.Equal(status, refused.StatusCode);
            Assert.Contains(told, page, StringComparison.Ordinal);
            Assert.DoesNotContain("wrong</b>", page, StringComparison.Ordinal);
            Assert.DoesNotContain(refused.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies : [], cookie => cookie.StartsWith("slipway-session=", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_form_of_another_site_is_refused_by_its_origin_and_one_without_the_cookie_by_that()
    {
        using var foreign = new Browser(server);
        foreign.Headers.Add("Origin", "http://evil.example");
        using var refused = await foreign.SignInAsync(server.Secret(Role.Admin));
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);

        using var forgetful = server.Client((string?)null);
        using var lost = await forgetful.PostAsync("/sign-in", new FormUrlEncodedContent([new("key", server.Secret(Role.Admin)), new("form", "x")]), Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, lost.StatusCode);
    }

    [Fact]
    public async Task A_page_of_another_site_changes_nothing_with_the_cookie_of_who_is_signed_in()
    {
        using var browser = new Browser(server);
        using var _ = await browser.SignInAsync(server.Secret(Role.Admin));
        using var ours = await browser.PostAsync("/api/v1/keys/nobody/revoke");
        browser.Headers.Add("Origin", "http://evil.example");
        using var theirs = await browser.PostAsync("/api/v1/keys/nobody/revoke");

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.Forbidden), (ours.StatusCode, theirs.StatusCode));
    }

    [Fact]
    public async Task Signing_out_ends_the_session_for_the_cookie_too()
    {
        using var browser = new Browser(server);
        using var _ = await browser.SignInAsync(server.Secret(Role.Viewer));
        var cookie = browser.Cookies;
        using var left = await browser.PostAsync("/sign-out");
        browser.Cookies = cookie;
        using var page = await browser.GetAsync("/");

        Assert.Equal("/sign-in", left.Headers.Location?.ToString());
        Assert.Equal(HttpStatusCode.Redirect, page.StatusCode);
    }

    [Fact]
    public async Task A_key_that_is_revoked_is_out_of_its_pages_and_of_the_circuits_that_are_open()
    {
        var secret = await server.NewKeyAsync(Role.Viewer);
        using var browser = new Browser(server);
        using var _ = await browser.SignInAsync(secret);
        using var socket = await browser.ConnectAsync("/_blazor");
        var heard = HearAsync(socket);

        await server.Keys.RevokeAsync(secret, Actor.Local, Cancel);
        using var page = await browser.GetAsync("/");
        Assert.Equal(HttpStatusCode.Redirect, page.StatusCode);

        // Cut off, not closed politely: whoever is out hears nothing more.
        await Assert.ThrowsAnyAsync<WebSocketException>(() => heard);
        await Assert.ThrowsAnyAsync<WebSocketException>(() => browser.ConnectAsync("/_blazor"));
    }

    [Fact]
    public async Task A_circuit_needs_somebody_who_is_signed_in()
    {
        using var browser = new Browser(server);

        await Assert.ThrowsAnyAsync<WebSocketException>(() => browser.ConnectAsync("/_blazor"));
    }

    [Theory]
    [InlineData("/projects/x?a=b", "/projects/x?a=b")]
    [InlineData("//evil.example", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("https://evil.example", "/")]
    [InlineData("/a\r\nSet-Cookie: x", "/")]
    [InlineData("", "/")]
    [InlineData(null, "/")]
    public void The_way_back_leads_to_this_server(string? next, string address) => Assert.Equal(address, SignInPages.Local(next));

    private static async Task HearAsync(ClientWebSocket socket)
    {
        var buffer = new byte[4096];
        while (true)
        {
            await socket.ReceiveAsync(buffer, Cancel);
        }
    }

    /// <summary>What a browser does, of which these tests need its cookies and its headers.</summary>
    private sealed partial class Browser(AuthServer server) : IDisposable
    {
        private readonly HttpClient _client = server.Client((string?)null);

        public string Cookies { get; set; } = "";

        public System.Net.Http.Headers.HttpRequestHeaders Headers => _client.DefaultRequestHeaders;

        public Task<HttpResponseMessage> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

        public Task<HttpResponseMessage> PostAsync(string path) => SendAsync(HttpMethod.Post, path, null);

        public async Task<HttpResponseMessage> SignInAsync(string secret, string path = "/sign-in")
        {
            using var form = await GetAsync(path);
            var page = await form.Content.ReadAsStringAsync(Cancel);
            return await SendAsync(HttpMethod.Post, "/sign-in", new FormUrlEncodedContent(
            [
                new("key", secret), new("form", FormField().Match(page).Groups[1].Value), new("next", WebUtility.HtmlDecode(NextField().Match(page).Groups[1].Value)),
            ]));
        }

        public async Task<ClientWebSocket> ConnectAsync(string path)
        {
            var socket = new ClientWebSocket();
            socket.Options.SetRequestHeader("Cookie", Cookies);
            await socket.ConnectAsync(new Uri(server.Http.Replace("http:", "ws:", StringComparison.Ordinal) + path), Cancel);
            return socket;
        }

        public void Dispose() => _client.Dispose();

        private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content)
        {
            using var request = new HttpRequestMessage(method, path) { Content = content };
            request.Headers.Accept.ParseAdd("text/html");
            if (Cookies.Length > 0)
            {
                request.Headers.Add("Cookie", Cookies);
            }

            var response = await _client.SendAsync(request, Cancel);
            if (response.Headers.TryGetValues("Set-Cookie", out var set))
            {
                Cookies = string.Join("; ", Cookies.Split("; ").Concat(set.Select(cookie => cookie.Split(';')[0])).Where(c => c.Length > 0));
            }

            return response;
        }

        [GeneratedRegex("name=\"form\" type=\"hidden\" value=\"([^\"]*)\"")]
        private static partial Regex FormField();

        [GeneratedRegex("name=\"next\" type=\"hidden\" value=\"([^\"]*)\"")]
        private static partial Regex NextField();
    }
}
