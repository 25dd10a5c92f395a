using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Slipway.Apps.Tests.Console;

/// <summary>One prediction explained, as people look it up: asked for over HTTP, its truth told, and found by its id in a real browser.</summary>
public sealed class PredictionPageTests(ConsoleServer server)
{
    private const string Predictions = $"/projects/{ConsoleServer.Model}/predictions";

    private readonly string _id = $"<b>ship</b>&'\" {Guid.NewGuid():N}";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_prediction_is_found_by_its_id_with_what_went_in_came_out_and_turned_out_to_be_true()
    {
        var browser = await server.BrowserAsync();
        var predicted = await PredictAsync([120], ["it's"]);
        await TellAsync(_id, 420);
        var page = await browser.OpenAsync(await server.AddressAsync());
        await page.GotoAsync(Predictions);
        await ConnectedAsync(page);

        await page.FillAsync("#prediction-id", _id);
        await page.PressAsync("#prediction-id", "Enter");
        await Expect(page.Locator("h1")).ToHaveTextAsync($"Prediction {_id}");
        await ConnectedAsync(page);

        await Expect(page.Locator(".page-head .facts")).ToContainTextAsync("1.0.0");
        await Expect(page.Locator("[aria-labelledby='time-title'] dd").First).ToContainTextAsync("ms");
        var row = page.Locator("[aria-labelledby='row-title']");
        await Expect(row.Locator("[aria-label='Inputs'] td.value")).ToHaveTextAsync(["120", "\"it's\""]);
        await Expect(row.Locator("[aria-label='Outputs'] td.value")).ToHaveTextAsync([predicted[0]!.ToJsonString()]);
        await Expect(row.Locator(".facts").First).ToContainTextAsync("420");
        await Expect(page.Locator("#replay")).ToContainTextAsync($"slipway explain {ConsoleServer.Model} '<b>ship</b>&'\\''\" ");
        Assert.Equal(0, await page.Locator("main b, main img").CountAsync());

        // The id stands in the address, so the page can be passed on.
        var passed = await browser.OpenAsync(await server.AddressAsync());
        await passed.GotoAsync(page.Url);
        await Expect(passed.Locator("h1")).ToHaveTextAsync($"Prediction {_id}");
    }

    [Fact]
    public async Task A_request_of_several_rows_leads_to_each_of_them()
    {
        var browser = await server.BrowserAsync();
        await PredictAsync([100, 200], ["other", "it's"]);
        await TellAsync($"{_id}/1", 700);
        var page = await browser.OpenAsync(await server.AddressAsync());
        await page.GotoAsync($"{Predictions}?id={Uri.EscapeDataString(_id)}");
        await ConnectedAsync(page);

        await Expect(page.Locator("#rows-title")).ToHaveTextAsync("2 rows");
        await page.Locator("[aria-labelledby='rows-title'] tbody a").Nth(1).ClickAsync();

        await Expect(page.Locator("[aria-label='Inputs'] td.value")).ToHaveTextAsync(["200", "\"it's\""]);
        await Expect(page.Locator("[aria-labelledby='row-title'] .facts").First).ToContainTextAsync("700");
    }

    [Theory]
    [InlineData(390, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    [InlineData(1280, ColorScheme.Dark)]
    public async Task The_page_is_no_wider_than_the_window(int width, ColorScheme scheme)
    {
        var browser = await server.BrowserAsync();
        await PredictAsync([120], [new string('w', 300)]);
        await TellAsync(_id, 1);
        var page = await browser.OpenAsync(await server.AddressAsync(), width, scheme);

        await page.GotoAsync($"{Predictions}?id={Uri.EscapeDataString(_id)}");
        await ConnectedAsync(page);

        await Expect(page.Locator("h1")).ToHaveTextAsync($"Prediction {_id}");
        Assert.Empty(await page.EvaluateAsync<string[]>(
            "[...document.querySelectorAll('main *')].filter(e => !e.closest('.scroll, pre, .sr-only') && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.className || e.tagName)"));
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"));
    }

    [Fact]
    public async Task An_id_that_nobody_used_is_said_so_and_another_may_be_tried()
    {
        var page = await (await server.BrowserAsync()).OpenAsync(await server.AddressAsync());

        var answer = await page.GotoAsync($"{Predictions}?id={Uri.EscapeDataString(_id)}");

        Assert.Equal(404, answer!.Status);
        await Expect(page.Locator("h1")).ToHaveTextAsync("There is no such prediction");
        await Expect(page.Locator("main")).ToContainTextAsync(_id);
        await Expect(page.Locator("#prediction-id")).ToHaveValueAsync(_id);
    }

    private static Task ConnectedAsync(IPage page) => Expect(page.Locator("#main")).ToHaveAttributeAsync("data-live", "yes");

    private async Task<JsonArray> PredictAsync(double[] lengths, string[] flags)
    {
        using var http = new HttpClient { BaseAddress = await server.AddressAsync() };
        using var answer = await http.PostAsJsonAsync(
            $"/v2/models/{ConsoleServer.Model}/infer",
            new
            {
                id = _id,
                inputs = new object[]
                {
                    new { name = "length", datatype = "FP64", shape = new[] { lengths.Length }, data = lengths },
                    new { name = "flag", datatype = "BYTES", shape = new[] { flags.Length }, data = flags },
                },
            },
            Cancel);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Cancel));
        return (await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["outputs"]![0]!["data"]!.AsArray();
    }

    // The answer comes when the truth was joined, so the prediction is in the log by then.
    private async Task TellAsync(string id, double label)
    {
        using var http = new HttpClient { BaseAddress = await server.AddressAsync() };
        using var answer = await http.PostAsJsonAsync($"/api/v1/deployments/{ConsoleServer.Model}/outcomes?settle=true", new[] { new { id, label } }, Cancel);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancel));
    }
}
