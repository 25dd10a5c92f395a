using Slipway.Core.Names;
using Slipway.Registry.Cards;
using Slipway.Retraining.Pipelines;

namespace Slipway.Watch.Tests.Retraining;

/// <summary>What a card tells of a version that the pipeline made.</summary>
public sealed class CardSectionsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_card_has_the_purpose_of_its_time_todays_owner_the_data_the_training_and_metrics_by_segment()
    {
        await using var fixture = await PipelineFixture.StartAsync(Cancel);
        fixture.WriteRows();
        var yaml = PipelineFixture.Yaml().Replace("label: y", "label: y\n  segments: [colour]", StringComparison.Ordinal);
        await fixture.RunAsync($"description: Draws a line.\nowner: first\n{yaml}", Cancel, PipelineGoal.Register);
        await fixture.RunAsync($"description: Draws another line.\nowner: second\n{PipelineFixture.Yaml(rounds: 7)}", Cancel, PipelineGoal.Register);

        var card = await fixture.Get<IModelCards>().GetAsync(VersionReference.Parse("line@1.0.0"), Cancel);

        Assert.Equal(("Draws a line.", "second", "y", "regression"), (Fact("purpose", "Purpose"), Fact("purpose", "Owner"), Fact("purpose", "Predicts"), Fact("purpose", "Task")));
        Assert.Equal("nobody's approval: a run of its project approves what passed its gates", Fact("purpose", "Approval"));
        Assert.Equal(600L, Fact("data", "Rows"));
        Assert.Equal(["x", "colour", "y"], Section("data").Tables[0].Rows.Select(row => row[0]));
        Assert.Equal("alice", Fact("training", "By"));
        Assert.NotNull(Fact("training", "System"));
        Assert.Equal(["colour=blue", "colour=red"], Section("metrics").Tables[1].Rows.Select(row => (string)row[0]!).Order());
        Assert.Equal(120L, Section("metrics").Tables[1].Rows.Sum(row => (long)row[1]!));
        Assert.Equal("performance.rmse", Section("gates").Tables[0].Rows[0][0]);

        CardSection Section(string name) => card.Sections.Single(section => section.Name == name);
        object? Fact(string section, string name) => Section(section).Facts.Single(fact => fact.Name == name).Value;
    }
}
