using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Slipway.Apps.Tests.Console;

/// <summary>The data and models of a run, and the registered versions that came of them, as people look at them.</summary>
public sealed class RunUsesPagesTests(ConsoleServer server)
{
    private const string Hostile = "<img src=x onerror=alert(1)>\"'&<b>bold</b>";

    [Fact]
    public async Task A_run_shows_its_datasets_and_models_with_the_versions_that_came_of_them()
    {
        using var client = new TrackingClient(await server.AddressAsync());
        var experiment = await client.CreateExperimentAsync();
        var (maker, user) = (await client.CreateRunAsync(experiment, "maker"), await client.CreateRunAsync(experiment, "user"));
        var model = await LogModelAsync(client, experiment, maker, Hostile);
        await client.PostAsync("runs/log-inputs", new { run_id = user, models = new object[] { new { model_id = model }, new { model_id = "m-of-another-server" } } });
        var registered = $"{Hostile} {Guid.NewGuid():N}";
        await client.PostAsync("registered-models/create", new { name = Name(registered), description = Hostile });
        await client.PostAsync("model-versions/create", new { name = Name(registered), source = "mlflow-artifacts:/elsewhere/model" });
        await client.PostAsync("model-versions/create", new { name = Name(registered), source = $"models:/{model}", run_id = maker });
        await client.PostAsync("registered-models/alias", new { name = Name(registered), alias = "champion", version = "2" });
        var page = await OpenAsync($"/runs/{maker}");

        await Expect(page.Locator("#datasets tbody th")).ToHaveTextAsync([Hostile, "rides"]);
        await Expect(page.Locator("#datasets tbody td")).ToHaveTextAsync(
            ["training", "0123456789ab", $"local: {{\"uri\": \"{Hostile.Replace("\"", "'", StringComparison.Ordinal)}\"}}", "–", "5d41402a", "http: https://data.example/rides.csv"]);
        await Expect(page.Locator("#models tbody th")).ToHaveTextAsync([Name(Hostile)]);
        await Expect(page.Locator("#models tbody td")).ToHaveTextAsync(["made at step 24", $"{Name(registered)} version 2", "sklearn", "Ready"]);
        await page.Locator("#models .registration").ClickAsync();

        await Expect(page.Locator("h1")).ToHaveTextAsync(Name(registered));
        await ConnectedAsync(page);
        await Expect(page.Locator("#versions tbody th")).ToHaveTextAsync(["2", "1"]);
        await Expect(page.Locator("#version-2 td").Nth(1)).ToHaveTextAsync("champion");
        Assert.EndsWith("#version-2", page.Url, StringComparison.Ordinal);
        await page.Locator("#version-2 a").ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("maker");

        await page.GotoAsync($"/runs/{user}");
        await Expect(page.Locator("#models tbody tr")).ToContainTextAsync(["made by run", "not on this server, or deleted"]);
        await page.Locator("#models td a").First.ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("maker");
        Assert.Equal(0, await page.Locator("main img, main b").CountAsync());
    }

    [Theory]
    [InlineData(390, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(1280, ColorScheme.Dark)]
    public async Task They_are_no_wider_than_the_window_however_long_they_are(int width, ColorScheme scheme)
    {
        using var client = new TrackingClient(await server.AddressAsync());
        var longest = new string('w', 200);
        var experiment = await client.CreateExperimentAsync();
        var run = await client.CreateRunAsync(experiment, "long");
        var model = await LogModelAsync(client, experiment, run, longest);
        var registered = $"{longest} {Guid.NewGuid():N}";
        await client.PostAsync("registered-models/create", new { name = registered, description = longest });
        await client.PostAsync("model-versions/create", new { name = registered, source = $"models:/{model}", run_id = run });

        foreach (var path in new[] { $"/runs/{run}", $"/models/{Uri.EscapeDataString(registered)}" })
        {
            var page = await OpenAsync(path, width, scheme);
            Assert.Empty(await page.EvaluateAsync<string[]>(
                "[...document.querySelectorAll('main *')].filter(e => !e.closest('.scroll, pre, .sr-only') && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.className || e.tagName)"));
            Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), path);
            await page.CloseAsync();
        }
    }

    [Fact]
    public async Task A_run_that_told_of_none_has_no_such_parts_and_a_model_that_is_not_there_is_not_found()
    {
        using var client = new TrackingClient(await server.AddressAsync());
        var page = await OpenAsync($"/runs/{await client.CreateRunAsync("0", "plain")}");

        await Expect(page.Locator("#metrics")).ToHaveCountAsync(1);
        await Expect(page.Locator("#datasets, #models")).ToHaveCountAsync(0);
        var missing = await page.GotoAsync("/models/%3Cimg%20src%3Dx%3E");
        Assert.Equal(404, missing!.Status);
        await Expect(page.Locator("main")).ToContainTextAsync("is called <img src=x>");
    }

    // What MLflow takes as a name: no slash, no colon, and for a logged model no quotes either.
    private static string Name(string text) => text.Replace("/", "", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal).Replace("'", "", StringComparison.Ordinal);

    private static async Task<string> LogModelAsync(TrackingClient client, string experiment, string run, string name)
    {
        var source = $$"""{"uri": "{{name.Replace("\"", "'", StringComparison.Ordinal)}}"}""";
        await client.PostAsync("runs/log-inputs", new
        {
            run_id = run,
            datasets = new object[]
            {
                new
                {
                    dataset = new { name, digest = "0123456789abcdef", source_type = "local", source },
                    tags = new[] { new { key = "mlflow.data.context", value = "training" } },
                },
                new { dataset = new { name = "rides", digest = "5d41402a", source_type = "http", source = "https://data.example/rides.csv" } },
            },
        });
        var created = await client.PostAsync("logged-models", new { experiment_id = experiment, name = Name(name), model_type = "sklearn", source_run_id = run });
        var model = (string)created["model"]!["info"]!["model_id"]!;
        await client.FinishModelAsync(model);
        await client.PostAsync("runs/outputs", new { run_id = run, models = new[] { new { model_id = model, step = 24 } } });
        return model;
    }

    private static Task ConnectedAsync(IPage page) => Expect(page.Locator("#main")).ToHaveAttributeAsync("data-live", "yes");

    private async Task<IPage> OpenAsync(string path, int width = 1280, ColorScheme scheme = ColorScheme.Light)
    {
        var page = await (await server.BrowserAsync()).OpenAsync(await server.AddressAsync(), width, scheme);
        await page.GotoAsync(path);
        await ConnectedAsync(page);
        return page;
    }
}
