using Bunit;
using MudBlazor.Services;
using Slipway.Console.Components.Panels;
using Slipway.Console.Components.Parts;
using Slipway.Console.Reading;
using Slipway.Core.Names;
using Slipway.Core.Projects;
using Slipway.Datasets;
using Slipway.Retraining.Pipelines;
using Slipway.Retraining.Projects;
using Slipway.Rollouts;
using Slipway.Validation;

namespace Slipway.Apps.Tests.Console;

public sealed class PanelTests : BunitContext
{
    public PanelTests()
    {
        Services.AddMudServices();
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    [Fact]
    public void A_project_that_was_only_applied_says_in_every_panel_what_is_missing()
    {
        var view = new ProjectView { Project = Applied, Config = Parse(Applied), Trials = new TrialsView([], null), DeploymentName = "bike-demand" };

        var page = Show(view);

        Assert.Equal(["data", "train", "validate", "release", "serve", "watch"], page.FindAll("section.panel").Select(s => s.Id!));
        Assert.All(page.FindAll("section.panel"), panel => Assert.NotNull(panel.QuerySelector(".missing")));
        Assert.Equal(["slipway apply", "slipway train", "slipway apply", "slipway apply", "slipway apply"], page.FindAll(".missing pre").Select(p => p.TextContent));
        Assert.Empty(page.FindAll("figure"));
    }

    [Fact]
    public void Headings_go_down_one_level_at_a_time()
    {
        var page = Show(Whole());

        var levels = page.FindAll("h1, h2, h3, h4").Select(h => h.TagName[1] - '0').ToList();

        Assert.Equal(1, levels[0]);
        Assert.Equal(1, levels.Count(l => l == 1));
        Assert.All(levels.Zip(levels.Skip(1)), pair => Assert.True(pair.Second <= pair.First + 1));
    }

    [Fact]
    public void Every_plot_has_a_title_a_unit_and_words_and_ids_are_unique()
    {
        var page = Show(Whole());

        Assert.NotEmpty(page.FindAll("figure"));
        Assert.All(page.FindAll("figure"), figure =>
        {
            Assert.NotEmpty(figure.QuerySelector(".plot-title")!.TextContent);
            Assert.NotEmpty(figure.QuerySelector(".plot-unit")!.TextContent);
            Assert.NotEmpty(figure.QuerySelector("[role=img]")!.GetAttribute("aria-label")!);
        });
        var ids = page.FindAll("[id]").Select(e => e.Id).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    [Fact]
    public void The_release_panel_shows_the_version_that_the_address_names()
    {
        var versions = new[] { new VersionView(Records.Version("1.1.0"), []), new VersionView(Records.Version("1.0.0"), [new HistoryLine(Records.Noon, "Version approved", "alice", "looks right")]) };

        var panel = Render<ReleasePanel>(p => p
            .Add(c => c.Versions, versions)
            .Add(c => c.Live, Records.Version("1.1.0").Reference)
            .Add(c => c.Chosen, "1.0.0")
            .Add(c => c.State, StageState.Done));

        Assert.Equal("1.0.0", panel.Find("[aria-current=true]").TextContent.Trim());
        Assert.Contains("Version approved by alice – looks right", panel.Find(".history").TextContent, StringComparison.Ordinal);
        Assert.Contains("live", panel.FindAll("tbody tr")[0].TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_run_says_why_at_the_top()
    {
        var run = Records.Run(PipelineState.Failed, Records.Stage("data", PipelineState.Failed)) with { Error = "The label cnt is constant." };

        var page = Show(Whole() with { Run = run });

        Assert.Contains("The label cnt is constant.", page.Find("[role=alert], .mud-alert").TextContent, StringComparison.Ordinal);
        Assert.Equal("Failed", page.Find("#data .mark").TextContent);
    }

    [Fact]
    public void A_description_is_shown_as_text()
    {
        var project = Applied with { Yaml = "model: bike-demand\ndescription: <img src=x onerror=alert(1)>\nartifact: model.onnx\n" };

        var page = Show(Whole() with { Project = project, Config = Parse(project) });

        Assert.Empty(page.FindAll("img"));
        Assert.Contains("<img src=x", page.Find(".lede").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_classification_shows_its_classes_with_counts()
    {
        var data = Records.Data(Records.Text("income", new ValueCount("<=50K", 13_000), new ValueCount(">50K", 4_379)));

        var panel = Render<DataPanel>(p => p.Add(c => c.Data, data).Add(c => c.State, StageState.Done));

        Assert.Equal(["<=50K", ">50K"], panel.FindAll(".panel-body > .value-bars .value").Select(v => v.TextContent));
        Assert.Contains("13,000", panel.Find(".panel-body > .value-bars").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void The_overview_without_a_project_says_how_to_get_one()
    {
        var page = Render<NoProjects>();

        Assert.Equal(["slipway init", "slipway apply", "slipway demo"], page.FindAll("pre").Select(p => p.TextContent));
    }

    [Fact]
    public void The_overview_shows_a_project_with_its_figures_and_last_run()
    {
        var view = Whole();
        var summary = new ProjectSummary(view.Project, view.Config, Records.Run(PipelineState.Running, Records.Stage("train", PipelineState.Running)), "bikes", view.Deployment, view.Figures)
        {
            Firing = 2,
            Retrained = view.Watch.Trainings[0],
        };

        var list = Render<ProjectList>(p => p.Add(c => c.Projects, [summary]));

        Assert.Equal("projects/bike-demand", list.Find("h2 a").GetAttribute("href"));
        Assert.Equal(["mobility", "1.0.0", "1.1.0 at 25%", "bikes", "40", "3", "0.90 ms", "2"], list.FindAll("dd").Take(8).Select(d => d.TextContent));
        Assert.Contains("1.1.0, because of performance: rmse 66 is worse than 56", list.FindAll("dd")[8].TextContent, StringComparison.Ordinal);
        Assert.Equal("Running: train", list.Find(".mark").TextContent);
    }

    private static Project Applied { get; } = new(
        "bike-demand",
        "model: bike-demand\ndescription: Rentals in the next hour.\nowner: mobility\ndata:\n  sql: select 1 as cnt\n  label: cnt\ntrain:\n  task: regression\nvalidate:\n  performance: { rmse: \"<= 60\" }\n",
        "/projects/bikes",
        Records.Noon,
        "local");

    private static ProjectView Whole()
    {
        var version = Records.Version("1.0.0");
        double[] deciles = [1, 9, 29, 64, 107, 142, 191, 244, 321, 451, 977];
        return new ProjectView
        {
            Project = Applied,
            Config = Parse(Applied),
            Data = Records.Data(Records.Number("temp", deciles), Records.Number("cnt", deciles)),
            Trials = new TrialsView([Records.Trial(1, 60), Records.Trial(2, 48)], HigherIsBetter: false),
            Report = new ReportView(new ValidationReport([new GateResult("performance.rmse", Verdict.Pass, "<= 60", 51, 48, 55, 100, "rmse is 51.")], new Dictionary<string, double> { ["rmse"] = 51 }), "run 1"),
            Versions = [new VersionView(version, [])],
            DeploymentName = "bikes",
            Deployment = new DeploymentState("bikes", new DeployedVersion(version.Reference, version.ArtifactDigest), null, 1, Records.Noon, "local")
            {
                Candidate = new CandidateState(new DeployedVersion(VersionReference.Parse("bike-demand@1.1.0"), version.ArtifactDigest), 0.25, "r1"),
            },
            Rollouts = [WatchRecords.Rollout()],
            Watch = WatchRecords.View(),
            Live = version,
            Figures = [Records.Figures("1.0.0", new Serving.Figures.FigureSlot(Records.Noon.AddSeconds(-60), 40, 3, 0.4, 0.9))],
        };
    }

    private static ProjectConfig Parse(Project project) => ProjectFile.Parse(project.Yaml, ProjectFile.DefaultName);

    private IRenderedComponent<ProjectDetails> Show(ProjectView view) => Render<ProjectDetails>(p => p
        .Add(c => c.View, view)
        .Add(c => c.Now, Records.Noon)
        .Add(c => c.Server, "http://127.0.0.1:5080/"));
}
