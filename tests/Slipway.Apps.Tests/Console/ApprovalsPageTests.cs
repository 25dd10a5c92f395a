using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Http;
using Slipway.Access;
using Slipway.Console.SigningIn;
using Slipway.Core;

namespace Slipway.Apps.Tests.Console;

/// <summary>The inbox of approvals, on a server of its own: what is decided here would show on every other page.</summary>
public sealed class ApprovalsPageTests
{
    private const string Version = $"{ConsoleServer.Model}@1.0.0";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_version_is_commented_on_and_approved_by_buttons_and_the_audit_knows()
    {
        await using var own = new ConsoleServer();
        var browser = await own.BrowserAsync();
        var server = await own.AddressAsync();
        using var http = new HttpClient { BaseAddress = server };
        await PostAsync(http, "approval/revoke", "wrong holdout");
        await PostAsync(http, "approval/request", "new season");
        var page = await browser.OpenAsync(server);
        await page.GotoAsync("approvals");
        await page.Locator("main[data-live=yes]").WaitForAsync();

        // An empty comment says nothing, and the sentence says so.
        await page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "Comment" }).ClickAsync();
        await page.GetByText($"The comment on {Version} is empty.").WaitForAsync();
        await page.GetByLabel("Reason or comment").FillAsync("which holdout?");
        await page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "Comment" }).ClickAsync();
        await page.GetByText("which holdout?").WaitForAsync();
        await page.GetByLabel("Reason or comment").FillAsync("gates read");
        await page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "Approve", Exact = true }).ClickAsync();
        await page.GetByText("Nothing waits for approval.").WaitForAsync();

        var approval = await http.GetFromJsonAsync<JsonElement>($"api/v1/models/{ConsoleServer.Model}/versions/1.0.0/approval", Cancel);
        var last = approval.GetProperty("decisions").EnumerateArray().Last();
        Assert.Equal(("approved", "local", "gates read"), (approval.GetProperty("state").GetString(), last.GetProperty("actor").GetString(), last.GetProperty("comment").GetString()));
        var audit = await http.GetFromJsonAsync<JsonElement>("api/v1/audit?limit=3", Cancel);
        Assert.Equal(
            [$"ApproveVersion {Version} console 200", $"CommentOnApproval {Version} console 200", $"CommentOnApproval {Version} console 400"],
            audit.EnumerateArray().Select(e => $"{e.GetProperty("action")} {e.GetProperty("target")} {e.GetProperty("source")} {e.GetProperty("outcome")}"));
    }

    [Fact]
    public async Task The_caller_comes_with_the_page_and_one_that_nobody_named_may_nothing()
    {
        var bob = new Caller(new Actor("bob"), Role.Approver, IsAuthenticated: true);

        var named = await FindAsync(bob);
        Assert.Equal((bob.Actor, bob.Role, true), (named.Actor, named.Role, named.IsAuthenticated));
        var local = await FindAsync(Caller.Local);
        Assert.Equal((Caller.Local.Actor, Caller.Local.Role, false), (local.Actor, local.Role, local.IsAuthenticated));
        var nobody = await FindAsync(Caller.Anonymous);
        Assert.False(nobody.May(Permission.Read));
        Assert.False((await new PageCaller(new Stated(new ClaimsPrincipal())).GetAsync()).May(Permission.Read));

        static Task<Caller> FindAsync(Caller caller)
        {
            var context = new DefaultHttpContext();
            context.Items[typeof(Caller)] = caller;
            PageCaller.HandOver(context);
            return new PageCaller(new Stated(context.User)).GetAsync();
        }
    }

    private static async Task PostAsync(HttpClient http, string step, string reason)
    {
        using var response = await http.PostAsJsonAsync(new Uri($"api/v1/models/{ConsoleServer.Model}/versions/1.0.0/{step}", UriKind.Relative), new { reason }, Cancel);
        response.EnsureSuccessStatusCode();
    }

    private sealed class Stated(ClaimsPrincipal user) : AuthenticationStateProvider
    {
        public override Task<AuthenticationState> GetAuthenticationStateAsync() => Task.FromResult(new AuthenticationState(user));
    }
}
