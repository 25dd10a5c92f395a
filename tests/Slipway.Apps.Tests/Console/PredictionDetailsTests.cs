using Bunit;
using MudBlazor.Services;
using Slipway.Console.Components.Parts;
using Slipway.Console.Reading;
using Slipway.Monitoring.Predictions;

namespace Slipway.Apps.Tests.Console;

public sealed class PredictionDetailsTests : BunitContext
{
    private const string Hostile = "<img src=x onerror=alert(1)>\"'/?&";

    private static readonly DateTimeOffset At = new(2026, 3, 1, 12, 0, 0, 312, TimeSpan.Zero);

    public PredictionDetailsTests()
    {
        Services.AddMudServices();
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    [Fact]
    public void One_row_is_told_with_why_when_where_its_time_went_and_its_truth()
    {
        var page = Show(Explained("order-7", Row("order-7")));

        Assert.Equal("The sticky key falls at 0.1370.", page.Find(".lede").TextContent);
        Assert.Contains("1 Mar 2026 12:00:00.312 UTC", page.Find(".facts").TextContent, StringComparison.Ordinal);
        Assert.Contains("0.137, 0.25", page.Find(".facts").TextContent, StringComparison.Ordinal);
        Assert.Equal(["1.50 ms", "10 µs", "20 µs", "30 µs", "40 µs", "50 µs"], page.FindAll("[aria-labelledby='time-title'] dd").Select(d => d.TextContent));
        Assert.Equal(["order-8"], page.FindAll(".mates a").Select(a => a.TextContent));
        Assert.Equal(["189.5", "20", "\"Oslo\"", "missing"], page.FindAll("td.value").Select(c => c.TextContent));
        Assert.Contains("absolute error6.5", page.Markup.Replace("</dt><dd class=\"figure\">", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("slipway explain bikes order-7 --replay 1.0.0", page.Find("pre").TextContent, StringComparison.Ordinal);
        Assert.Equal("inputs.age", page.Find("[aria-labelledby='missing-title'] code").TextContent);
    }

    [Fact]
    public void A_request_of_several_rows_lists_them_with_a_page_each()
    {
        var page = Show(Explained("a/b", Row("a/b/0"), Row("a/b/1")) with { RowCount = 250 });

        Assert.Equal(["0", "1"], page.FindAll("tbody th").Select(t => t.TextContent));
        Assert.Equal("projects/bikes/predictions?id=a%2Fb%2F1", page.FindAll("tbody a")[1].GetAttribute("href"));
        Assert.Contains("The first 2 are shown", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_from_outside_are_shown_as_text()
    {
        var row = Row(Hostile) with { StickyKey = Hostile, Segments = new Dictionary<string, string> { [Hostile] = Hostile }, Inputs = [new LoggedValue(Hostile, "BYTES", Hostile)] };

        var page = Show(Explained(Hostile, row) with { Batch = new SharedRun(1, 2, [Hostile]) });

        Assert.Empty(page.FindAll("img"));
        Assert.Empty(page.FindAll("[onerror]"));
        Assert.DoesNotContain("<", page.Find(".mates a").GetAttribute("href"), StringComparison.Ordinal);
        Assert.Contains(@"'\''", page.Find("pre").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_call_has_nothing_to_replay()
    {
        var page = Show(Explained("x", Row("x") with { Inputs = [], Outputs = [] }) with { Failed = true });

        Assert.Equal("failed", page.Find(".mark-failed").TextContent);
        Assert.Empty(page.FindAll("pre"));
    }

    [Fact]
    public void A_failed_call_says_why_before_anything_else()
    {
        var failed = Explained("x", Row("x") with { Inputs = [], Outputs = [] }) with { Failed = true, Error = new PredictionError("Timeout", $"No instance was free. {Hostile}") };

        var page = Show(failed);

        Assert.Equal($"Timeout: No instance was free. {Hostile}", page.Find("section [id='error-title'] + p").TextContent);
        Assert.Equal("error-title", page.FindAll("section")[0].GetAttribute("aria-labelledby"));
        Assert.Empty(page.FindAll("img"));
        Assert.Equal("Timeout", Show(failed with { Error = new PredictionError("Timeout", null) }).Find("section p").TextContent);
        Assert.Empty(Show(failed with { Error = null }).FindAll("#error-title"));
    }

    private IRenderedComponent<PredictionDetails> Show(PredictionExplanation found) =>
        Render<PredictionDetails>(p => p.Add(d => d.View, new PredictionView("bikes", "bikes", found.Id, found, null)));

    private static ExplainedRow Row(string id) => new()
    {
        Id = id,
        EventTime = At,
        StickyKey = "user-7",
        Segments = new Dictionary<string, string> { ["device"] = "mobile" },
        Inputs = [new LoggedValue("temp", "FP64", 20.0), new LoggedValue("city", "BYTES", "Oslo"), new LoggedValue("hum", "FP64", null)],
        Outputs = [new LoggedValue("cnt", "FP64", 189.5)],
        Outcome = new ExplainedOutcome("183", "joined", At, At, new Dictionary<string, double> { ["absolute_error"] = 6.5 }),
    };

    private static PredictionExplanation Explained(string id, params ExplainedRow[] rows) => new()
    {
        Id = id,
        Deployment = "bikes",
        Model = "bike-demand",
        Version = "1.0.0",
        Role = "stable",
        Rollout = "r1",
        Why = new Assignment("randomised", "The sticky key falls at 0.1370.") { Weight = 0.25, Bucket = 0.137, Unit = "user-7", UnitKind = "stickyKey" },
        ArrivedAt = At,
        Failed = false,
        FromCache = false,
        Timing = new PredictionTiming(1.5, 10, 20, 30, 40, 50),
        Batch = new SharedRun(3, 2, ["order-8"]),
        RowCount = rows.Length,
        Rows = rows,
        NotLogged = [new NotLogged("inputs.age", "The log does not keep it.")],
    };
}
