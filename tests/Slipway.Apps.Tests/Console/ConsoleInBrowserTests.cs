using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Slipway.Apps.Tests.Console;

/// <summary>The console as people use it: the built program, real data, a real browser under the real Content-Security-Policy.</summary>
public sealed class ConsoleInBrowserTests(ConsoleServer server)
{
    private const string Project = $"/projects/{ConsoleServer.Model}";

    public static TheoryData<string, int> Pages => new()
    {
        { "/", 200 },
        { Project, 200 },
        { $"{Project}?version=1.0.0#release", 200 },
        { $"{Project}?days=30&segment=flag%3Dother#watch", 200 },
        { "/experiments", 200 },
        { "/experiments?name=%25&view=all", 200 },
        { "/experiments/0?order=-metrics.rmse&column=params.lr&view=all", 200 },
        { "/lineage", 200 },
        { "/lineage?node=harbour-fees%401.0.0", 200 },
        { "/lineage?node=nothing&direction=up", 200 },
        { "/history/harbour-fees?at=2020-05-03T14:00", 200 },
        { "/history/harbour-fees?at=yesterday", 200 },
        { "/history/nothing", 404 },
        { "/models", 200 },
        { "/models?q=harbour&page=9", 200 },
        { $"/models/{ConsoleServer.Model}/versions/1.0.0", 200 },
        { $"/models/{ConsoleServer.Model}/compare", 200 },
        { $"/models/{ConsoleServer.Model}/compare?a=1.0.0&b=9.9.9", 200 },
        { $"/models/{ConsoleServer.Model}/versions/9.9.9", 404 },
        { $"/models/{ConsoleServer.Model}/versions/nothing", 404 },
        { "/models/nothing-here/compare", 404 },
        { $"{Project}/rollouts/nothing", 404 },
        { "/experiments/99999", 404 },
        { "/runs/nothing", 404 },
        { "/projects/nothing-here", 404 },
        { "/nothing/here", 404 },
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task A_page_loads_under_the_policy_without_an_error_and_loads_nothing_from_elsewhere(string path, int status)
    {
        var page = await OpenAsync();
        var (problems, foreign) = (new List<string>(), new List<string>());
        var address = await server.AddressAsync();
        page.Console += (_, message) =>
        {
            // That the page itself is a 404 is what a browser reports and what the test asks for.
            if (message.Type is "error" or "warning" && !(status == 404 && message.Text.Contains("404", StringComparison.Ordinal)))
            {
                problems.Add(message.Text);
            }
        };
        page.PageError += (_, error) => problems.Add(error);
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(address.ToString(), StringComparison.Ordinal))
            {
                foreign.Add(request.Url);
            }
        };

        var response = (await page.GotoAsync(path))!;
        await ConnectedAsync(page);

        Assert.Equal(status, response.Status);
        var policy = (await response.AllHeadersAsync())["content-security-policy"];
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-eval", policy, StringComparison.Ordinal);
        await Expect(page.Locator("h1")).ToHaveCountAsync(1);
        Assert.Empty(problems);
        Assert.Empty(foreign);
    }

    [Theory]
    [InlineData("/", 390, ColorScheme.Light)]
    [InlineData(Project, 390, ColorScheme.Light)]
    [InlineData(Project, 390, ColorScheme.Dark)]
    [InlineData(Project, 1280, ColorScheme.Dark)]
    [InlineData("/experiments", 390, ColorScheme.Light)]
    [InlineData("/lineage?node=harbour-fees%401.0.0", 390, ColorScheme.Light)]
    [InlineData("/lineage?node=harbour-fees%401.0.0", 1280, ColorScheme.Dark)]
    [InlineData("/history/harbour-fees?at=2090-01-01T00:00", 390, ColorScheme.Dark)]
    [InlineData("/models", 390, ColorScheme.Light)]
    [InlineData($"/models/{ConsoleServer.Model}/versions/1.0.0", 390, ColorScheme.Light)]
    [InlineData($"/models/{ConsoleServer.Model}/versions/1.0.0", 1280, ColorScheme.Dark)]
    [InlineData($"/models/{ConsoleServer.Model}/compare", 390, ColorScheme.Dark)]
    [InlineData("/nothing/here", 390, ColorScheme.Dark)]
    public async Task Nothing_is_wider_than_the_window_and_the_theme_is_the_systems(string path, int width, ColorScheme scheme)
    {
        var page = await OpenAsync(width, scheme);

        await page.GotoAsync(path);
        await ConnectedAsync(page);

        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"));
        Assert.Empty(await page.EvaluateAsync<string[]>(
            "[...document.querySelectorAll('main *')].filter(e => !e.closest('.scroll, pre, .sr-only') && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.className || e.tagName)"));
        var ground = await page.EvaluateAsync<int>("Number(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])");
        Assert.Equal(scheme == ColorScheme.Dark, ground < 128);
    }

    [Fact]
    public async Task The_keyboard_reaches_everything_in_order_and_the_chosen_theme_stays()
    {
        var page = await OpenAsync();
        await page.GotoAsync("/");
        await ConnectedAsync(page);

        Assert.Equal("Skip to content", await TabAsync(page));
        Assert.Equal("Slipway", await TabAsync(page));
        Assert.Equal("Projects", await TabAsync(page));
        Assert.Equal("Experiments", await TabAsync(page));
        Assert.Equal("Models", await TabAsync(page));
        Assert.Equal("Approvals", await TabAsync(page));
        Assert.Equal("Dark theme", await TabAsync(page));
        Assert.NotEqual("none", await page.EvaluateAsync<string>("getComputedStyle(document.activeElement).outlineStyle"));
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        Assert.Equal(ConsoleServer.Model, await TabAsync(page));
        await page.Keyboard.PressAsync("Enter");

        await Expect(page.Locator("h1")).ToHaveTextAsync(ConsoleServer.Model);
        await page.ReloadAsync();
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
    }

    [Fact]
    public async Task The_skip_link_leads_past_the_head_of_the_page()
    {
        var page = await OpenAsync();
        await page.GotoAsync(Project);
        await ConnectedAsync(page);

        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");

        Assert.Equal("main", await page.EvaluateAsync<string>("document.activeElement.id"));
        Assert.Equal("Data", await TabAsync(page));
    }

    [Fact]
    public async Task The_six_panels_show_the_life_of_the_model()
    {
        var page = await OpenAsync();
        await page.GotoAsync(Project);
        await ConnectedAsync(page);

        await Expect(page.Locator("section.panel h2")).ToHaveTextAsync(["1Data", "2Train", "3Validate", "4Release", "5Serve", "6Watch"]);
        await Expect(page.Locator("#data .mark").First).ToHaveTextAsync("Done");
        await Expect(page.Locator("#data")).ToContainTextAsync("600");
        await Expect(page.Locator("#train .dot")).ToHaveCountAsync(4);
        await Expect(page.Locator("#validate .gate .mark")).ToHaveTextAsync("Pass");
        await Expect(page.Locator("#release .history").Last).ToContainTextAsync("Version approved");
        await Expect(page.Locator("#serve")).ToContainTextAsync(ConsoleServer.Model);
        await Expect(page.Locator(".lede").First).ToHaveTextAsync("What a ship pays, by its length & flag <b>bold</b>.");
    }

    [Fact]
    public async Task The_example_is_answered_and_its_request_shows_up_by_itself()
    {
        var page = await OpenAsync();
        await page.GotoAsync(Project);
        await ConnectedAsync(page);
        var requests = page.Locator("#serve table").Last.Locator("tbody tr").First.Locator("td").First;
        var example = await page.Locator("#curl").InnerTextAsync();

        using var http = new HttpClient { BaseAddress = await server.AddressAsync() };
        using var answer = await http.PostAsJsonAsync($"/v2/models/{ConsoleServer.Model}/infer", CurlExampleTests.Body(example), Cancel);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.NotEmpty((await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["outputs"]!.AsArray());
        await Expect(requests).Not.ToHaveTextAsync("0");
        await Expect(page.Locator("#serve .plots figure")).ToHaveCountAsync(3);
    }

    [Fact]
    public async Task Long_polling_is_refused_with_a_sentence_since_its_pages_could_not_be_counted()
    {
        using var http = new HttpClient { BaseAddress = await server.AddressAsync() };

        using var response = await http.GetAsync(new Uri("/_blazor?id=1", UriKind.Relative), Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("WebSocket", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    private static async Task<string> TabAsync(IPage page)
    {
        await page.Keyboard.PressAsync("Tab");
        return await page.EvaluateAsync<string>("document.activeElement.innerText.trim()");
    }

    // Blazor replaces what was rendered on the server; until then a key press could hit an element that is about to go.
    private static Task ConnectedAsync(IPage page) => Expect(page.Locator("#main")).ToHaveAttributeAsync("data-live", "yes");

    private async Task<IPage> OpenAsync(int width = 1280, ColorScheme scheme = ColorScheme.Light)
    {
        var browser = await server.BrowserAsync();
        return await browser.OpenAsync(await server.AddressAsync(), width, scheme);
    }
}
