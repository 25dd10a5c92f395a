using Slipway.Core.Names;
using Slipway.Registry;

namespace Slipway.Release.Tests.Rollouts;

public sealed class RestoreTests
{
    private const string Model = "bike-demand";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_deployed_answers_again_after_a_restart_and_can_be_rolled_back()
    {
        await using var own = await OwnHost.StartAsync(Cancel);
        await DeployAsync(own, "bikes", "1", "2");

        await own.RestartAsync(null, Cancel);

        Assert.Equal(2, own.Host.Server.Answer("bikes"));
        Assert.True(own.Host.Readiness.IsReady);
        var loads = own.Host.Server.Loads;
        await own.Host.Deployments.RollbackAsync("bikes", ReleaseHost.Alice, null, Cancel);
        Assert.Equal((1, loads), (own.Host.Server.Answer("bikes"), own.Host.Server.Loads));
    }

    [Fact]
    public async Task A_kill_between_commit_and_switch_heals_at_the_next_start()
    {
        await using var own = await OwnHost.StartAsync(Cancel);
        await DeployAsync(own, "bikes", "1");
        var second = await own.Host.AddApprovedAsync(Model, "2", Cancel);
        own.Host.Server.OnActivate = _ => throw new InvalidOperationException("killed");
        await Assert.ThrowsAsync<InvalidOperationException>(() => own.Host.DeployAsync("bikes", second.Reference, Cancel));
        Assert.Equal(1, own.Host.Server.Answer("bikes"));

        await own.RestartAsync(null, Cancel);

        Assert.Equal(2, own.Host.Server.Answer("bikes"));
        Assert.Equal(2, (await own.Host.Events.ReadSubjectAsync("deployment/bikes", 10, Cancel)).Count);
    }

    [Fact]
    public async Task A_switch_that_failed_heals_by_deploying_the_same_again_too()
    {
        await using var own = await OwnHost.StartAsync(Cancel);
        await DeployAsync(own, "bikes", "1");
        var second = await own.Host.AddApprovedAsync(Model, "2", Cancel);
        own.Host.Server.OnActivate = _ => throw new InvalidOperationException("broken");
        await Assert.ThrowsAsync<InvalidOperationException>(() => own.Host.DeployAsync("bikes", second.Reference, Cancel));
        own.Host.Server.OnActivate = _ => { };

        await own.Host.DeployAsync("bikes", second.Reference, Cancel);

        Assert.Equal(2, own.Host.Server.Answer("bikes"));
        Assert.Equal(2, (await own.Host.Events.ReadSubjectAsync("deployment/bikes", 10, Cancel)).Count);
    }

    [Fact]
    public async Task A_version_that_no_longer_loads_is_reported_and_the_others_answer()
    {
        await using var own = await OwnHost.StartAsync(Cancel);
        var damaged = await DeployAsync(own, "bikes", "1");
        await DeployAsync(own, "cars", "2");

        await own.RestartAsync(server => server.Refuse(damaged.Reference), Cancel);

        Assert.Equal((null, 2), (own.Host.Server.Answer("bikes"), own.Host.Server.Answer("cars")));
        Assert.False(own.Host.Readiness.IsReady);
        var problem = Assert.Single(own.Host.Readiness.Problems);
        Assert.Equal(("bikes", damaged.Reference), (problem.Deployment, problem.Version));
        Assert.Contains("cannot be loaded for the deployment bikes", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_former_version_that_no_longer_loads_keeps_nobody_from_answering()
    {
        await using var own = await OwnHost.StartAsync(Cancel);
        await DeployAsync(own, "bikes", "1", "2");

        await own.RestartAsync(server => server.Refuse(new VersionReference(Model, SemanticVersion.First)), Cancel);

        Assert.Equal(2, own.Host.Server.Answer("bikes"));
        Assert.True(own.Host.Readiness.IsReady);
        Assert.NotNull((await own.Host.Deployments.FindAsync("bikes", Cancel))!.Previous);
    }

    private static async Task<ModelVersion> DeployAsync(OwnHost own, string name, params string[] answers)
    {
        ModelVersion version = null!;
        foreach (var answer in answers)
        {
            version = await own.Host.AddApprovedAsync(Model, answer, Cancel);
            await own.Host.DeployAsync(name, version.Reference, Cancel);
        }

        return version;
    }
}
