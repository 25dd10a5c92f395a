using Bunit;
using MudBlazor.Services;
using Slipway.Console.Components.Parts;
using Slipway.Console.Reading;
using Slipway.Core.Projects;
using Slipway.Rollouts.Releases;

namespace Slipway.Apps.Tests.Console;

public sealed class RolloutDetailsTests : BunitContext
{
    public RolloutDetailsTests()
    {
        Services.AddMudServices();
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    [Fact]
    public void A_running_rollout_shows_where_it_stands_and_the_commands_that_decide_it()
    {
        var page = Show(WatchRecords.Rollout());

        Assert.Equal(["5%passed", "25%now, at most 30 d", "100%when safety is proven"], page.FindAll(".step").Select(s => s.TextContent));
        Assert.Equal("25%now, at most 30 d", page.Find("[aria-current=step]").TextContent);
        Assert.Equal(["slipway rollout promote bikes", "slipway rollout rollback bikes"], page.FindAll("pre").Select(p => p.TextContent));
        Assert.Equal("projects/bike-demand#release", page.Find(".above a").GetAttribute("href"));
    }

    [Fact]
    public void A_held_rollout_says_that_it_waits_for_somebody()
    {
        var page = Show(WatchRecords.Rollout(RolloutStatus.Held));

        Assert.Contains("It waits until somebody decides:", page.Markup, StringComparison.Ordinal);
        Assert.Equal("25%held here", page.Find("[aria-current=step]").TextContent);
    }

    [Theory]
    [InlineData(RolloutStatus.Promoted, "Promoted", "25%passed", "100%promoted")]
    [InlineData(RolloutStatus.RolledBack, "Rolled back", "25%rolled back here", "100%when safety is proven")]
    public void A_rollout_that_has_ended_says_how_and_offers_no_command(RolloutStatus status, string mark, string second, string last)
    {
        var page = Show(WatchRecords.Rollout(status));

        Assert.Equal(mark, page.Find(".facts .mark").TextContent);
        Assert.Equal([second, last], page.FindAll(".step").Skip(1).Select(s => s.TextContent));
        Assert.Empty(page.FindAll("pre"));
    }

    [Fact]
    public void The_share_is_drawn_from_look_to_look()
    {
        var page = Show(WatchRecords.Rollout());

        // The first look tells of the eight hours before it; the share grew at the twentieth.
        Assert.Equal("M0 95H49.58V75H100", page.Find("figure .line-1").GetAttribute("d"));
        Assert.Equal("5 % from 2 Sep 2011 04:00 UTC, 25 % from 12 Sep 2011 00:00 UTC.", page.Find("figure [role=img]").GetAttribute("aria-label"));
    }

    [Fact]
    public void Evidence_is_drawn_against_the_limit_that_proves_on_powers_of_ten()
    {
        var page = Show(WatchRecords.Rollout());
        var (harm, safe) = (page.FindAll("figure")[1], page.FindAll("figure")[2]);

        Assert.Equal(["all requests, limit 60", "workingday=0, limit 60", "workingday=1, limit 240", "harm is proven at the limit in the same stroke"], harm.QuerySelectorAll(".key").Select(k => k.TextContent));
        Assert.Equal(["all requests", "workingday=0", "workingday=1", "safety is proven at 20"], safe.QuerySelectorAll(".key").Select(k => k.TextContent));
        Assert.Contains("1", harm.QuerySelectorAll(".plot-y span").Select(t => t.TextContent));
        Assert.Equal(3, harm.QuerySelectorAll(".line-limit").Select(l => l.ClassName).Distinct().Count());
        Assert.NotNull(safe.QuerySelector(".proven-good"));

        // From 1 to 10 000: 20 stands at log10(20)/4 of the height.
        Assert.Equal(["1", "10", "100", "1,000", "10,000"], safe.QuerySelectorAll(".plot-y span").Select(t => t.TextContent));
        Assert.Equal("M0 67.474H100", safe.QuerySelector(".line-limit")!.GetAttribute("d"));
    }

    [Fact]
    public void Each_arm_is_told_in_the_metrics_own_unit_with_its_units_and_verdict()
    {
        var rows = Show(WatchRecords.Rollout()).FindAll("[aria-label=Evidence] tbody tr");

        Assert.Equal(3, rows.Count);
        Assert.Equal(["absolute_error, margin 2%", "all requests", "61.384 : 87.891", "4,200 : 27,200"], rows[0].Children.Take(4).Select(c => c.TextContent));
        Assert.Equal(["safe", "safe", "safe"], rows.Select(r => r.Children[6].TextContent.Trim()));
    }

    [Theory]
    [InlineData("accuracy", 0.1, "90%")]
    [InlineData("error_rate", 0.0125, "1.25%")]
    [InlineData("absolute_error", 0.1, "50")]
    public void A_loss_is_turned_back_into_its_metric(string metric, double loss, string text) =>
        Assert.Equal(text, RolloutWords.Mean(new Guardrail(metric, new Margin(0.01, false), 0, 500), loss));

    [Fact]
    public void Looks_that_only_waited_are_counted_and_decisions_told()
    {
        var page = Show(WatchRecords.Rollout());

        Assert.Equal(["Look 40: wait.", "Look 20: advance."], page.FindAll(".history b").Select(b => b.TextContent));
        Assert.Contains("38 looks more decided to wait.", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Before_the_first_look_it_says_when_there_will_be_evidence()
    {
        var page = Render<RolloutDetails>(p => p.Add(c => c.View, new RolloutView("bike-demand", WatchRecords.Rollout(looks: 0), [], [])));

        Assert.Contains("The first evidence comes with", page.Markup, StringComparison.Ordinal);
        Assert.Contains("Nothing was looked at yet.", page.Markup, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("figure"));
    }

    [Fact]
    public void Thousands_of_looks_and_segments_stay_a_light_page_and_names_are_text()
    {
        const string Hostile = "a=<script>alert(1)</script>";
        var looks = Enumerable.Range(0, 80).SelectMany(i => WatchRecords.Looks().Select(l => l with { At = l.At.AddDays(i * 20), Evidence = [l.Evidence[0], .. Enumerable.Range(0, 30).Select(s => l.Evidence[1] with { Segment = $"{Hostile}{s}" })] })).ToList();
        var rollout = WatchRecords.Rollout() with { Evidence = looks[^1].Evidence, Sentence = Hostile };

        var page = Render<RolloutDetails>(p => p.Add(c => c.View, new RolloutView("bike-demand", rollout, looks, [new HistoryLine(Records.Noon, "Rollout held", Hostile, Hostile)])));

        Assert.Empty(page.FindAll("script"));
        Assert.InRange(page.FindAll("svg *").Count, 10, 200);
        Assert.Equal(4, page.FindAll("figure")[1].QuerySelectorAll(".line:not(.line-limit)").Length);
    }

    private IRenderedComponent<RolloutDetails> Show(RolloutState rollout) =>
        Render<RolloutDetails>(p => p.Add(c => c.View, new RolloutView("bike-demand", rollout, WatchRecords.Looks(), [])));
}
