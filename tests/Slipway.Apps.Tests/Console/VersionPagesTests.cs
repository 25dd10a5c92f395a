using Bunit;
using MudBlazor.Services;
using Slipway.Console.Components.Parts;
using Slipway.Console.Reading;
using Slipway.Core.Names;
using Slipway.Monitoring.Diff;
using Slipway.Registry;
using Slipway.Registry.Cards;
using Slipway.Storage.Blobs;

namespace Slipway.Apps.Tests.Console;

/// <summary>What the pages of models, of a version and of a comparison make of their records.</summary>
public sealed class VersionPagesTests : BunitContext
{
    private const string Hostile = "<script>alert(1)</script>";

    public VersionPagesTests()
    {
        Services.AddMudServices();
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    [Fact]
    public void A_version_shows_its_state_decisions_card_and_files()
    {
        var page = Show(View());

        Assert.Equal("bike-demand 1.1.0", page.Find("h1").TextContent);
        Assert.Equal("Approved", page.Find(".facts .mark").TextContent);
        Assert.Contains("2 of 4 parts lacking", page.Markup, StringComparison.Ordinal);
        Assert.Contains("bikes: 1.1.0 (stable)", page.Find(".facts").TextContent.ReplaceLineEndings(""), StringComparison.Ordinal);
        Assert.Equal(["models/bike-demand/compare?a=1.1.0&b=1.2.0", "models/bike-demand/compare?a=1.0.0&b=1.1.0"], page.FindAll("header > p a").Select(a => a.GetAttribute("href")));
        Assert.Contains("Version approved", page.Find("#decisions").TextContent, StringComparison.Ordinal);
        Assert.Equal("runs/run", page.Find("#lineage a").GetAttribute("href"));
        Assert.Equal(["segment=a", "7", "40.1"], page.FindAll("#metrics tbody tr > *").Select(cell => cell.TextContent));
        Assert.Equal("number", page.FindAll("#metrics tbody td")[0].ClassName);
        Assert.Equal(["model.txt", "1.5 kB"], page.FindAll("#files tbody tr > *").Take(2).Select(cell => cell.TextContent));
        Assert.Empty(page.FindAll("#version"));
    }

    [Fact]
    public void Parts_that_nobody_wrote_say_so_with_the_command_and_those_that_somebody_did_can_do_nothing()
    {
        var page = Show(View());

        Assert.Equal("slipway card bike-demand@1.1.0 --edit", page.Find("#outOfScope pre").TextContent);
        Assert.Equal("Vans", page.Find("#intendedUse strong").TextContent);
        Assert.Contains(Hostile, page.Find("#intendedUse").TextContent, StringComparison.Ordinal);
        Assert.Contains("Taken over from 1.0.0, and nobody has confirmed", page.Find("#limitations .note").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("script"));
        Assert.Empty(page.FindAll("a[href^=javascript]"));
    }

    [Fact]
    public void An_artifact_that_is_gone_is_told() => Assert.Contains("nothing can load this version", Show(View() with { Artifact = null }).Find("#files").TextContent, StringComparison.Ordinal);

    [Fact]
    public void A_comparison_tells_what_breaks_who_is_better_and_which_rows_differ()
    {
        var page = Render<DiffDetails>(p => p.Add(c => c.Diff, Diff()));

        Assert.Equal("1.0.0 → 1.1.0", page.Find("#versions h2").TextContent);
        Assert.Equal(["breaks callers input `hum` was removed", "compatible optional input `x` was added", "2 refused " + Hostile], page.FindAll(".changes li").Select(li => string.Join(' ', li.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))));
        Assert.Contains("Of the newest 3 recorded rows that 1.0.0 answered (bikes), 1.1.0 would take 1 and refuse 2.", page.Find("#signature .told").TextContent, StringComparison.Ordinal);
        Assert.Equal(["rmse", "41.5", "40", "−1.5", "1.1.0"], page.FindAll("#same-rows table")[0].QuerySelectorAll("tbody tr > *").Select(cell => cell.TextContent));
        Assert.Equal(["a=1", "7", "rmse", "1", "2", "+1", "1.0.0"], page.FindAll("#same-rows table")[1].QuerySelectorAll("tbody tr > *").Select(cell => cell.TextContent));
        Assert.Equal("temp 20, city Oslo", page.Find("#same-rows td.wraps").TextContent);
        Assert.Equal(["rounds", "10", "–"], page.FindAll("#recipe tbody tr > *").Select(cell => cell.TextContent));
        Assert.Contains("same snapshot", page.Find("#data").TextContent, StringComparison.Ordinal);
        Assert.Contains("its artifact is gone", page.Find("#versions").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("script"));
    }

    [Fact]
    public void A_comparison_of_which_little_is_known_says_what_is_missing()
    {
        var page = Render<DiffDetails>(p => p.Add(c => c.Diff, Diff() with
        {
            Signature = new SignatureDiff([], []),
            Data = new DataDiff(null, new DiffedData("rides", new string('d', 64), null, null), false, [], "The data of bike-demand@1.0.0 is not known."),
            Recipe = [],
            Registered = [],
            SameRows = new SameRowsDiff(0, "There are no rows that both take.", [], [], null, null),
            Callers = new CallersDiff(0, 0, 0, 0, [], [], [], [], "The prediction log has no request."),
        }));

        Assert.Contains("The signature is the same.", page.Markup, StringComparison.Ordinal);
        Assert.Contains("The prediction log has no request.", page.Markup, StringComparison.Ordinal);
        Assert.Contains("There are no rows that both take.", page.Markup, StringComparison.Ordinal);
        Assert.Contains("whose snapshot is gone", page.Markup, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("#same-rows table, #registered"));
    }

    [Fact]
    public void The_list_shows_where_each_models_versions_run()
    {
        var line = new ModelLine(Records.Version("1.1.0"), 2, "mobility", [new("bikes", Records.First, "stable"), new("bikes", VersionReference.Parse("bike-demand@1.1.0"), "candidate")], new HistoryLine(Records.Noon, "Version approved", "bob", null));
        var page = Render<ModelList>(p => p.Add(c => c.Models, [line, new ModelLine(Records.Version("1.0.0", VersionState.Draft) with { Model = "other" }, 1, null, [], null)]));

        var rows = page.FindAll("tbody tr").Select(row => row.Children.Select(cell => string.Join(' ', cell.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))).ToArray()).ToArray();
        Assert.Equal(["bike-demand", "mobility", "1.1.0 of 2", "Approved", "bikes: 1.0.0 (stable), bikes: 1.1.0 (candidate)"], rows[0].Take(5));
        Assert.StartsWith("Version approved by bob", rows[0][5], StringComparison.Ordinal);
        Assert.Equal(["other", "–", "1.0.0 of 1", "Draft", "nowhere", "–"], rows[1]);
        Assert.Equal("models/bike-demand/versions/1.1.0", page.Find("tbody td a").GetAttribute("href"));
    }

    [Fact]
    public void The_chooser_has_the_two_newest_chosen_unless_the_address_says_others()
    {
        SemanticVersion[] versions = [SemanticVersion.Parse("1.2.0"), SemanticVersion.Parse("1.1.0"), SemanticVersion.Parse("1.0.0")];

        Assert.Equal(["1.1.0", "1.2.0"], Chosen(null, null));
        Assert.Equal(["1.0.0", "1.1.0"], Chosen("1.0.0", "1.1.0"));

        IEnumerable<string> Chosen(string? a, string? b) => Render<VersionChooser>(p => p.Add(c => c.Model, "bike-demand").Add(c => c.Versions, versions).Add(c => c.A, a).Add(c => c.B, b)).FindAll("option[selected]").Select(option => option.TextContent);
    }

    private IRenderedComponent<VersionDetails> Show(VersionPageView view) => Render<VersionDetails>(p => p.Add(c => c.View, view));

    private static VersionPageView View()
    {
        var version = Records.Version("1.1.0");
        return new VersionPageView
        {
            Version = version,
            Card = new ModelCard
            {
                Model = version.Model,
                Version = version.Version,
                State = version.State,
                At = Records.Noon,
                Written = new WrittenCard(
                    2,
                    false,
                    [
                        new("intendedUse", "Intended use", PartStatus.Written, $"**Vans** {Hostile} [x](javascript:alert(1))", By: "alice", At: Records.Noon),
                        new("outOfScope", "Out-of-scope use", PartStatus.Missing),
                        new("limitations", "Limitations", PartStatus.TakenOver, "Snow.", Records.First.Version, "bob", Records.Noon),
                        new("ethics", "Ethical considerations", PartStatus.Written, "None.", By: "alice", At: Records.Noon),
                    ])
                {
                    Lacking = ["outOfScope", "limitations"],
                },
                Sections =
                [
                    new CardSection("version", "Version") { Order = 20, Facts = [new CardFact("Number", 1)] },
                    new CardSection("metrics", "Metrics") { Order = 80, Tables = [new CardTable("By segment", ["Segment", "Rows", "rmse"], [["segment=a", 7L, 40.1]])], Notes = [Hostile] },
                ],
            },
            Artifact = new Artifact(version.ArtifactDigest, [new ArtifactFile("model.txt", new string('e', 64), 1500)]),
            History = [new HistoryLine(Records.Noon, "Version approved", "bob", "looked at the plots")],
            Runs = [new VersionPlace("bikes", version.Reference, "stable")],
            Others = [SemanticVersion.Parse("1.2.0"), SemanticVersion.Parse("1.0.0")],
        };
    }

    private static VersionDiff Diff() => new()
    {
        A = new DiffedVersion("bike-demand", SemanticVersion.Parse("1.0.0"), VersionState.Approved, Records.Noon, "lightgbm", new string('a', 64), null, null),
        B = new DiffedVersion("bike-demand", SemanticVersion.Parse("1.1.0"), VersionState.Draft, Records.Noon, "lightgbm", new string('b', 64), "abc", 1500),
        Signature = new SignatureDiff(["input `hum` was removed"], ["optional input `x` was added"]),
        Data = new DataDiff(new DiffedData("rides", new string('d', 64), 10, 3), new DiffedData("rides", new string('d', 64), 10, 3), true, [], null),
        Recipe = [new ValueDiff("rounds", "10", null)],
        Registered = [new MetricDiff("rmse", 4, 3, -1, "b")],
        SameRows = new SameRowsDiff(
            3,
            "3 rows that the training of 1.1.0 held out.",
            [new MetricDiff("rmse", 41.5, 40, -1.5, "b")],
            [new SegmentDiff("a=1", 7, [new MetricDiff("rmse", 1, 2, 1, "a")])],
            new PredictionsDiff(1, 0.5, 2, null, [new DifferentRow("17", "5", "7", 2, new Dictionary<string, string> { ["temp"] = "20", ["city"] = "Oslo" })]),
            new SpeedDiff(4, 2, 3, 15)),
        Callers = new CallersDiff(3, 1, 2, 0, [new RefusalReason(Hostile, 2)], ["x"], ["hum"], ["bikes"], null),
    };
}
