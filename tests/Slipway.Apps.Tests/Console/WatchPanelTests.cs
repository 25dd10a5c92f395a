using Bunit;
using MudBlazor.Services;
using Slipway.Console.Components.Panels;
using Slipway.Console.Components.Parts;
using Slipway.Console.Reading;
using Slipway.Monitoring.Watching;

namespace Slipway.Apps.Tests.Console;

public sealed class WatchPanelTests : BunitContext
{
    private const string Hostile = "<img src=x onerror=alert(1)>\"'";

    public WatchPanelTests()
    {
        Services.AddMudServices();
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    [Fact]
    public void Traffic_quality_and_drift_stand_under_what_happened_on_one_axis()
    {
        var panel = Show(WatchRecords.View());

        Assert.Equal(["What happened", "Traffic", "Quality: rmse", "Drift of inputs"], panel.FindAll(".plot-title").Select(t => t.TextContent));
        Assert.Single(panel.FindAll(".plot-x-title").Select(t => t.TextContent).Distinct());
        Assert.Equal("event time (UTC), 4 Jul 2011 to 12 Oct 2011", panel.Find(".plot-x-title").TextContent);
        Assert.Equal("1 alert", panel.Find(".panel-side .mark").TextContent);
    }

    [Fact]
    public void What_happened_crosses_every_plot_at_its_time()
    {
        var panel = Show(WatchRecords.View());

        Assert.Equal(["M60 0V100M70 0V100"], panel.FindAll(".event-rollout").Select(p => p.GetAttribute("d")).Distinct());
        Assert.Equal(["M0 0V100M85 0V100"], panel.FindAll(".event-release").Select(p => p.GetAttribute("d")).Distinct());
        Assert.Equal(3, panel.FindAll(".event-alert").Count);
        Assert.Equal("left: 51%; right: 14%", panel.FindAll(".lane-bar")[0].GetAttribute("style"));
    }

    [Fact]
    public void Every_kind_of_mark_is_explained_and_every_mark_told_in_a_sentence()
    {
        var panel = Show(WatchRecords.View());

        Assert.Equal(["Release", "Rollout", "Decision", "Alert", "Training"], panel.FindAll(".lane-name").Select(n => n.TextContent));
        Assert.Contains("Decision: a rollout is promoted, taken back or held.", panel.Find(".lane-meanings").TextContent, StringComparison.Ordinal);
        var told = panel.FindAll(".lanes .history li");
        Assert.Equal(8, told.Count);
        Assert.Equal("27 Sep 2011 00:00 UTC or soRelease 1.1.0 answers everybody instead of 1.0.0.", told[0].TextContent);
        Assert.Contains("temp", panel.FindAll(".lane-alert .lane-text").Select(l => l.TextContent));
    }

    [Fact]
    public void A_candidate_is_striped_and_named_so_that_its_colour_need_not_be_seen()
    {
        var panel = Show(WatchRecords.View());

        Assert.Equal(["1.0.0 stable", "1.1.0 candidate", "1.1.0 stable"], panel.FindAll(".key-area").Select(k => k.TextContent));
        Assert.Equal("fill: url(#traffic-2)", panel.Find(".area-candidate").GetAttribute("style"));
        Assert.NotNull(panel.Find("pattern#traffic-2"));
    }

    [Fact]
    public void Windows_with_too_little_data_are_shown_as_such_and_not_as_good_ones()
    {
        var panel = Show(WatchRecords.View(watch: WatchRecords.Watch(verdicts: WatchRecords.Verdicts().Take(5))), StageState.Unsure);

        Assert.Equal("Too little data", panel.Find(".panel-side .mark").TextContent);
        Assert.Equal(2, panel.FindAll(".key-unsure").Count);
        Assert.Equal("", panel.Find(".line-1").GetAttribute("d"));
        Assert.Contains("insufficient data", panel.Find(".facts").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void The_three_columns_that_moved_most_are_drawn_and_all_of_them_listed()
    {
        var panel = Show(WatchRecords.View());
        var drift = panel.FindAll("figure")[3];

        Assert.Equal(["temp", "hum", "windspeed", "limit 0.25", "drift", "insufficient data"], drift.QuerySelectorAll(".key").Select(k => k.TextContent));
        Assert.Equal(["temp", "hum", "windspeed", "hr"], panel.FindAll("[aria-label='Drift of every column'] tbody th").Select(c => c.TextContent));
    }

    [Fact]
    public void Two_thousand_points_and_hundreds_of_marks_stay_a_light_page()
    {
        var points = Enumerable.Range(0, 2000).Select(i => new WatchPoint(WatchRecords.Begin.AddHours(i), $"m@1.{i / 400}.0", "stable", 10, 10, 0, 1, 5, 50, 0));
        var verdicts = Enumerable.Range(0, 2000).Select(i => WatchRecords.Verdicts().ElementAt(50) with { At = WatchRecords.Begin.AddHours(i) });
        var marks = Enumerable.Range(0, Timeline.Most).Select(i => new TimelineMark(MarkKind.Alert, WatchRecords.Begin.AddHours(i * 9), $"column_{i}", "It drifted.")).ToList();

        var panel = Show(WatchRecords.View(watch: WatchRecords.Watch(points, verdicts) with { Bucket = TimeSpan.FromHours(1) }) with { Marks = marks });

        Assert.InRange(panel.FindAll("svg *").Count, 20, 300);
        Assert.InRange(panel.Markup.Length, 1, 400_000);
        Assert.InRange(panel.FindAll("figure")[1].QuerySelectorAll("tbody tr").Length, 60, 120);
        Assert.Equal(20_000, panel.FindAll("figure")[1].QuerySelectorAll("tbody td").Select(c => c.TextContent).Where(t => t != "–").Sum(t => int.Parse(t, System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void Of_many_marks_only_releases_and_decisions_cross_the_plots_and_the_rows_say_so()
    {
        var marks = Enumerable.Range(0, 20).Select(i => new TimelineMark(i < 5 ? MarkKind.Release : MarkKind.Decision, WatchRecords.Day(i * 4), "1.0.0", "It was released."))
            .Concat(Enumerable.Range(0, 20).Select(i => new TimelineMark(MarkKind.Alert, WatchRecords.Day(i * 4), "temp", "It drifted."))).ToList();

        var panel = Show(WatchRecords.View() with { Marks = marks });

        Assert.NotEmpty(panel.FindAll(".event-release"));
        Assert.Empty(panel.FindAll(".event-alert"));
        Assert.Equal(20, panel.FindAll(".lane-alert").Count);
        Assert.StartsWith("of so many only release and decision marks cross", panel.Find(".lanes .plot-unit").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_many_versions_the_legend_names_the_roles()
    {
        var points = Enumerable.Range(0, 20).Select(i => new WatchPoint(WatchRecords.Day(i), $"m@1.{i}.0", i % 2 == 0 ? "stable" : "candidate", 10, 10, 0, 1, 5, 50, 0));

        var panel = Show(WatchRecords.View(watch: WatchRecords.Watch(points)));

        Assert.Equal(["stable", "candidate"], panel.FindAll(".key-area").Select(k => k.TextContent));
    }

    [Fact]
    public void Names_from_outside_are_shown_as_text()
    {
        var window = WatchRecords.Verdicts().Last() with { Drift = [WatchRecords.Drift(Hostile, true, 0.4)], Segment = Hostile };
        var view = WatchRecords.View(new WatchChoice(Hostile, null), WatchRecords.Watch([new WatchPoint(WatchRecords.Begin, Hostile, Hostile, 10, 10, 0, 1, 0, null, 0)], [window]));

        var panel = Show(view with
        {
            Alerts = [WatchRecords.Alert(Hostile, 1, sentence: Hostile, segment: Hostile)],
            Marks = [new TimelineMark(MarkKind.Alert, WatchRecords.Begin, Hostile, Hostile)],
            Trainings = [view.Trainings[0] with { Run = view.Trainings[0].Run with { Trigger = Hostile } }],
        });

        Assert.Empty(panel.FindAll("img"));
        Assert.Empty(panel.FindAll("[onerror]"));
        Assert.Contains(Hostile, panel.Find(".alerts p").TextContent, StringComparison.Ordinal);
        Assert.Contains(Hostile, panel.Find(".key-area").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("<", panel.FindAll(".choices a")[^1].GetAttribute("href"), StringComparison.Ordinal);
    }

    [Fact]
    public void Alerts_say_what_since_when_and_until_when()
    {
        var panel = Show(WatchRecords.View());

        Assert.Equal(["Firing", "Resolved"], panel.FindAll(".alerts .mark").Select(m => m.TextContent));
        Assert.Contains("performance of 1.0.0, since 24 Aug 2011 00:00 UTC, resolved 28 Sep 2011 00:00 UTC", panel.FindAll(".alerts li")[1].TextContent.Trim(), StringComparison.Ordinal);
    }

    [Fact]
    public void Trainings_say_why_on_what_with_what_verdict_and_what_followed()
    {
        var row = Show(WatchRecords.View()).FindAll(".trainings tbody tr")[0];

        Assert.Equal(
            ["3 May 2026 12:00 UTC", "performance: rmse 66 is worse than 56", "1 Sep 2011 00:00 UTC", "pass", "1.1.0", "Rollout promoted."], row.Children.Select(c => c.TextContent.Trim()));
        Assert.Equal("projects/bike-demand/rollouts/r1", row.QuerySelectorAll("a")[1].GetAttribute("href"));
    }

    [Fact]
    public void Lost_predictions_are_told_when_there_are_any()
    {
        Assert.DoesNotContain("Predictions lost", Show(WatchRecords.View()).Markup, StringComparison.Ordinal);
        Assert.Contains("Predictions lost", Show(WatchRecords.View(watch: WatchRecords.Watch(dropped: 7))).Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_labels_it_says_how_to_send_them()
    {
        var panel = Show(WatchRecords.View(watch: WatchRecords.Watch(verdicts: WatchRecords.Verdicts().Select(v => v with { Quality = null }))));

        Assert.Contains("POST /api/v1/deployments/bikes/outcomes", panel.Markup, StringComparison.Ordinal);
        Assert.Equal(3, panel.FindAll("figure").Count);
    }

    [Theory]
    [InlineData(null, null, "no version is deployed")]
    [InlineData("bikes", null, "Nobody has asked bikes yet")]
    [InlineData("bikes", 7, "There was no traffic in this stretch of time")]
    public void Without_traffic_it_says_what_to_do(string? deployment, int? days, string sentence)
    {
        var panel = Render<WatchPanel>(p => p
            .Add(c => c.View, new WatchView { Choice = new WatchChoice("", days) })
            .Add(c => c.Model, "bike-demand")
            .Add(c => c.Deployment, deployment)
            .Add(c => c.State, StageState.Missing));

        Assert.Contains(sentence, panel.Find(".missing").TextContent, StringComparison.Ordinal);
        Assert.Empty(panel.FindAll("figure"));
    }

    private IRenderedComponent<WatchPanel> Show(WatchView view, StageState state = StageState.Failed) => Render<WatchPanel>(p => p
        .Add(c => c.View, view)
        .Add(c => c.Model, "bike-demand")
        .Add(c => c.Deployment, "bikes")
        .Add(c => c.State, state));
}
