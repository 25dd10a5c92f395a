using System.Net;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Slipway.Apps.Tests.Console;

/// <summary>Experiments and runs as people look at them: the built program, what a script logged, a real browser.</summary>
public sealed class TrackingPagesTests(ConsoleServer server)
{
    private const string Hostile = "<img src=x onerror=alert(1)>\"'&<b>bold</b>";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Runs_are_turned_page_by_page_there_and_back_and_every_page_has_an_address_of_its_own()
    {
        using var client = await ClientAsync();
        var experiment = await client.CreateExperimentAsync();
        for (var i = 0; i < 120; i++)
        {
            var run = await client.CreateRunAsync(experiment, $"run-{i}", TrackingClient.Start + i);
            await client.LogAsync(run, [("rmse", i, 0)]);
        }

        var page = await OpenAsync($"/experiments/{experiment}?filter=metrics.rmse+%3C+110&order=metrics.rmse&column=metrics.rmse");
        await Expect(Names(page)).ToHaveTextAsync(Runs(0, 50));
        await page.GetByText("Next →").ClickAsync();
        await Expect(Names(page)).ToHaveTextAsync(Runs(50, 50));
        var second = page.Url;
        await page.GetByText("Next →").ClickAsync();
        await Expect(Names(page)).ToHaveTextAsync(Runs(100, 10));
        Assert.Equal(0, await page.Locator(".pager a[rel=next]").CountAsync());

        // What is logged meanwhile shifts nothing.
        var late = await client.CreateRunAsync(experiment, "late", TrackingClient.Start);
        await client.LogAsync(late, [("rmse", -1, 0)]);
        await page.GetByText("← Previous").ClickAsync();
        await Expect(Names(page)).ToHaveTextAsync(Runs(50, 50));
        await page.GetByText("← Previous").ClickAsync();
        await Expect(Names(page)).ToHaveTextAsync(Runs(0, 50));
        await page.GetByText("← Previous").ClickAsync();
        await Expect(Names(page)).ToHaveTextAsync(["late", .. Runs(0, 49)]);
        Assert.Equal(0, await page.Locator(".pager a[rel=prev]").CountAsync());

        var other = await OpenAsync(new Uri(second).PathAndQuery);
        await Expect(Names(other)).ToHaveTextAsync(Runs(50, 50));
        await page.GoBackAsync();
        await Expect(Names(page)).ToHaveTextAsync(Runs(0, 50));
    }

    [Fact]
    public async Task A_broken_filter_is_said_with_its_position_and_stays_in_the_box()
    {
        using var client = await ClientAsync();
        var experiment = await client.CreateExperimentAsync();
        await client.LogAsync(await client.CreateRunAsync(experiment, "good"), [("rmse", 1, 0)]);
        var page = await OpenAsync($"/experiments/{experiment}?column=metrics.rmse&order=-metrics.rmse");

        await page.FillAsync("#filter", "metrics.rmse > 'x");
        await page.PressAsync("#filter", "Enter");
        await ConnectedAsync(page);

        await Expect(page.Locator(".problem")).ToHaveTextAsync("Invalid filter at position 16: the quote ' is not closed.");
        await Expect(page.Locator("#filter")).ToHaveValueAsync("metrics.rmse > 'x");
        Assert.Equal(0, await page.Locator("table.runs").CountAsync());
        await page.FillAsync("#filter", "metrics.rmse >= 1");
        await page.PressAsync("#filter", "Enter");
        await ConnectedAsync(page);
        await Expect(Names(page)).ToHaveTextAsync(["good"]);
        Assert.Contains("order=-metrics.rmse&column=metrics.rmse", page.Url, StringComparison.Ordinal);
        await page.GetByText("without the filter").ClickAsync();
        await Expect(page.Locator("#filter")).ToHaveValueAsync("");
    }

    [Fact]
    public async Task Columns_are_chosen_and_any_of_them_sorts_with_what_lacks_the_value_last()
    {
        using var client = await ClientAsync();
        var experiment = await client.CreateExperimentAsync();
        foreach (var (name, loss) in new (string, object)[] { ("low", 0.25), ("none", "NaN"), ("endless", "Infinity"), ("high", 4) })
        {
            await client.LogAsync(await client.CreateRunAsync(experiment, name, TrackingClient.Start, ("team", Hostile)), [("val/loss x", loss, 0)], ("learning rate", $"of {name}"));
        }

        await client.CreateRunAsync(experiment, "without", TrackingClient.Start + 1);
        var page = await OpenAsync($"/experiments/{experiment}");

        await page.Locator(".chooser summary").ClickAsync();
        await page.Locator("input[value='tags.team']").CheckAsync();
        await page.Locator("input[value='user_id']").CheckAsync();
        await page.Locator("input[value='params.learning rate']").UncheckAsync();
        await page.GetByText("Show these").ClickAsync();
        await ConnectedAsync(page);
        await Expect(page.Locator("table.runs thead a")).ToHaveTextAsync(["Run", "Started ▼", "Status", "val/loss x", "team", "User"]);

        await page.Locator("table.runs thead a").Nth(3).ClickAsync();
        await Expect(Names(page)).ToHaveTextAsync(["endless", "high", "low", "none", "without"]);
        await Expect(page.Locator("tbody td.number")).ToHaveTextAsync(["∞", "4", "0.25", "NaN", "–"]);
        await page.Locator("table.runs thead a").Nth(3).ClickAsync();
        await Expect(Names(page)).ToHaveTextAsync(["low", "high", "endless", "none", "without"]);
        Assert.Equal("ascending", await page.Locator("th[aria-sort]").GetAttributeAsync("aria-sort"));

        await page.Locator(".chooser summary").ClickAsync();
        await page.Locator(".chooser input:checked").EvaluateAllAsync<object>("boxes => boxes.forEach(box => box.checked = false)");
        await page.GetByText("Show these").ClickAsync();
        await ConnectedAsync(page);
        await Expect(page.Locator("table.runs thead a")).ToHaveTextAsync(["Run", "Started", "Status"]);
        Assert.Equal(0, await page.Locator("main img").CountAsync());
    }

    [Fact]
    public async Task A_run_shows_what_it_logged_with_its_parent_its_children_and_its_files()
    {
        using var client = await ClientAsync();
        var experiment = await client.CreateExperimentAsync();
        var parent = await client.CreateRunAsync(experiment, "search");
        var run = await client.CreateRunAsync(experiment, Hostile, TrackingClient.Start, ("mlflow.parentRunId", parent), ("mlflow.source.name", "train.py"), ("html", Hostile));
        await client.LogAsync(
            run,
            [
                .. Enumerable.Range(0, 600).Select(i => ("loss", (object)(i == 300 ? "NaN" : 1.0 / (i + 1)), (long)i)),
                ("system/cpu_percentage", 12.5, 0), ("system/cpu_percentage", 40, 1), ("score", 0.5, 0),
            ],
            ("lr", "0.1"));
        await client.PutArtifactAsync(experiment, run, "model/deep/weights.bin", "0123456789");
        await client.PutArtifactAsync(experiment, run, "%3Cb%3Enotes.txt", "<script>alert(1)</script>");
        await client.PostAsync("runs/update", new { run_id = run, status = "FINISHED", end_time = TrackingClient.Start + 754_000 });
        var page = await OpenAsync($"/runs/{run}");

        await Expect(page.Locator("h1")).ToHaveTextAsync(Hostile);
        await Expect(page.Locator(".facts")).ToContainTextAsync("12 min 34 s");
        await Expect(page.Locator(".facts")).ToContainTextAsync("train.py");
        await Expect(page.Locator("#metrics figure .plot-title")).ToHaveTextAsync(["loss", "system/cpu_percentage"]);
        await Expect(page.Locator("#metrics figure .plot-unit")).ToHaveTextAsync(["newest 0.00167, thinned to 239 values", "%, newest 40"]);
        await Expect(page.Locator("#metrics table.values tbody th")).ToHaveTextAsync(["loss", "score", "system/cpu_percentage"]);
        await Expect(page.Locator("#parameters tbody")).ToContainTextAsync("0.1");
        await Expect(page.Locator("#tags")).ToContainTextAsync(Hostile);
        Assert.Equal(0, await page.Locator("main img, main b, main script").CountAsync());

        await page.GetByText("model/", new PageGetByTextOptions { Exact = true }).ClickAsync();
        await page.GetByText("deep/", new PageGetByTextOptions { Exact = true }).ClickAsync();
        await Expect(page.Locator(".files .file")).ToHaveTextAsync(["<b>notes.txt", "weights.bin"]);
        await Expect(page.Locator(".files")).ToContainTextAsync("10 B");
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByText("weights.bin").ClickAsync());
        Assert.Equal("0123456789", await File.ReadAllTextAsync((await download.PathAsync())!, Cancel));
        await page.ReloadAsync();
        await Expect(page.Locator(".files .file").Last).ToHaveTextAsync("weights.bin");

        await page.Locator("#metrics table a", new PageLocatorOptions { HasTextString = "loss" }).ClickAsync();
        await Expect(page.Locator("#metrics figure .plot-unit")).ToHaveTextAsync(["newest 0.00167"]);
        await Expect(page.Locator("#metrics .key")).ToHaveTextAsync(["NaN"]);

        await page.Locator(".facts a[href^=runs]").ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("search");
        await Expect(page.Locator("#children tbody th")).ToHaveTextAsync([Hostile]);
        await page.GetByText("The same").ClickAsync();
        await Expect(page.Locator("table.runs tbody th")).ToHaveTextAsync([$"{Hostile} its parent"]);
    }

    [Fact]
    public async Task What_is_deleted_says_so_and_is_found_among_the_deleted()
    {
        using var client = await ClientAsync();
        var name = $"{Hostile} {Guid.NewGuid():N}";
        var experiment = await client.CreateExperimentAsync(name);
        await client.CreateRunAsync(experiment, "kept");
        var gone = await client.CreateRunAsync(experiment, "gone");
        await client.PostAsync("runs/delete", new { run_id = gone });
        var page = await OpenAsync($"/experiments/{experiment}");

        await Expect(Names(page)).ToHaveTextAsync(["kept"]);
        await page.Locator(".choices a", new PageLocatorOptions { HasTextString = "deleted" }).ClickAsync();
        await Expect(Names(page)).ToHaveTextAsync(["gone"]);
        await Names(page).ClickAsync();
        await Expect(page.Locator(".notice")).ToContainTextAsync("This run is deleted.");

        await client.PostAsync("experiments/delete", new { experiment_id = experiment });
        await page.GotoAsync($"/experiments?name={Uri.EscapeDataString(name)}");
        await Expect(page.Locator(".note")).ToHaveTextAsync("No experiment has a name like this.");
        await ConnectedAsync(page);
        await page.Locator(".choices a", new PageLocatorOptions { HasTextString = "deleted" }).ClickAsync();
        await Expect(Names(page)).ToHaveTextAsync([name]);
        await Names(page).ClickAsync();
        await Expect(page.Locator(".notice")).ToContainTextAsync("This experiment is deleted");
        await Expect(Names(page)).ToHaveCountAsync(2);
        Assert.Equal(0, await page.Locator("main img").CountAsync());
    }

    [Theory]
    [InlineData(390, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    [InlineData(1280, ColorScheme.Dark)]
    public async Task Long_names_and_many_values_are_no_wider_than_the_window(int width, ColorScheme scheme)
    {
        using var client = await ClientAsync();
        var longest = new string('w', 250);
        var experiment = await client.CreateExperimentAsync($"{new string('n', 400)} {Guid.NewGuid():N}");
        var parent = await client.CreateRunAsync(experiment, longest);
        var run = await client.CreateRunAsync(
            experiment, longest, TrackingClient.Start, ("mlflow.parentRunId", parent), (longest, longest), ("mlflow.note.content", longest), ("mlflow.user", longest));
        await client.LogAsync(run, [(longest, 1e300, 0), (longest, -1e300, 1), (longest, "NaN", 2)], (longest, new string('v', 3000)));
        await client.PutArtifactAsync(experiment, run, $"{new string('f', 200)}/{new string('g', 200)}", "x");

        string[] paths =
        [
            $"/experiments/{experiment}?filter={longest}", $"/experiments/{experiment}", $"/runs/{run}?folder={new string('f', 200)}", $"/runs/{run}?metric={longest}", $"/runs/{parent}",
            "/experiments?name=nnnn",
        ];
        foreach (var path in paths)
        {
            var page = await OpenAsync(path, width, scheme);
            await page.EvaluateAsync("document.querySelectorAll('details').forEach(d => d.open = true)");
            Assert.Empty(await page.EvaluateAsync<string[]>(
                "[...document.querySelectorAll('main *')].filter(e => !e.closest('.scroll, pre, .sr-only') && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.className || e.tagName)"));
            Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), path);
            await page.CloseAsync();
        }
    }

    [Fact]
    public async Task The_address_that_MLflows_clients_print_leads_to_the_run()
    {
        using var client = await ClientAsync();
        var experiment = await client.CreateExperimentAsync();
        var run = await client.CreateRunAsync(experiment, "printed");

        var page = await OpenAsync($"/#/experiments/{experiment}/runs/{run}");

        await Expect(page.Locator("h1")).ToHaveTextAsync("printed");
        Assert.EndsWith($"/runs/{run}", page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_there_is_not_found_and_a_wrong_place_is_a_sentence()
    {
        using var http = new HttpClient { BaseAddress = await server.AddressAsync() };

        foreach (var (path, status, text) in new[]
        {
            ("/experiments/99999", HttpStatusCode.NotFound, "There is no such experiment"),
            ("/experiments/-1", HttpStatusCode.NotFound, "There is no such experiment"),
            ("/experiments/0%20", HttpStatusCode.NotFound, "There is no such experiment"),
            ("/experiments/%3Cimg%20src%3Dx%3E", HttpStatusCode.NotFound, "has the id &lt;img src=x&gt;"),
            ("/runs/%3Cimg%20src%3Dx%3E", HttpStatusCode.NotFound, "has the id &lt;img src=x&gt;"),
            ("/experiments/0?after=nothing", HttpStatusCode.OK, "not one of this search"),
            ("/experiments/0?before=nothing", HttpStatusCode.OK, "not one of this search"),
            ("/experiments?after=nothing", HttpStatusCode.OK, "not one of this search"),
            ("/experiments/0?order=nothing", HttpStatusCode.OK, "Invalid attribute key"),
            ("/experiments/0?view=nothing&column=nothing&column=metrics.", HttpStatusCode.OK, "Runs"),
        })
        {
            using var answer = await http.GetAsync(new Uri(path, UriKind.Relative), Cancel);
            var html = await answer.Content.ReadAsStringAsync(Cancel);
            Assert.True(status == answer.StatusCode, $"{path}: {answer.StatusCode}");
            Assert.Contains(text, html, StringComparison.Ordinal);
        }
    }

    private static ILocator Names(IPage page) => page.Locator("table.runs tbody th > a:first-child");

    private static string[] Runs(int first, int count) => [.. Enumerable.Range(first, count).Select(i => $"run-{i}")];

    private static Task ConnectedAsync(IPage page) => Expect(page.Locator("#main")).ToHaveAttributeAsync("data-live", "yes");

    private async Task<TrackingClient> ClientAsync() => new(await server.AddressAsync());

    private async Task<IPage> OpenAsync(string path, int width = 1280, ColorScheme scheme = ColorScheme.Light)
    {
        var page = await (await server.BrowserAsync()).OpenAsync(await server.AddressAsync(), width, scheme);
        await page.GotoAsync(path);
        await ConnectedAsync(page);
        return page;
    }
}
