using System.Diagnostics;
using System.Globalization;
using Slipway.Core.Errors;
using Slipway.Registry;

namespace Slipway.Release.Tests.Rollouts;

public sealed class RollbackTests(ReleaseFixture fixture)
{
    private readonly ReleaseHost _host = fixture.Host;
    private readonly string _model = $"churn-{Guid.NewGuid():N}";
    private readonly string _name = $"live-{Guid.NewGuid():N}";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_rollback_returns_and_a_rollback_of_it_goes_forward_again()
    {
        await DeployTwoAsync();

        var back = await _host.Deployments.RollbackAsync(_name, ReleaseHost.Bob, null, Cancel);
        Assert.Equal((1, 3L, "bob"), (_host.Server.Answer(_name), back.Revision, back.ChangedBy));

        var forward = await _host.Deployments.RollbackAsync(_name, ReleaseHost.Bob, null, Cancel);
        Assert.Equal((2, 4L), (_host.Server.Answer(_name), forward.Revision));
        Assert.Equal("1.0.0", forward.Previous?.Reference.Version.ToString());
    }

    [Fact]
    public async Task Without_a_former_version_there_is_nothing_to_roll_back_to()
    {
        var version = await _host.AddApprovedAsync(_model, "1", Cancel);
        await _host.DeployAsync(_name, version.Reference, Cancel);

        var (status, body) = await _host.PostAsync($"/api/v1/deployments/{_name}/rollback", null, Cancel);

        Assert.Equal(409, status);
        Assert.Contains($"has had no version but {version.Reference}", body.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, _host.Server.Answer(_name));
    }

    [Fact]
    public async Task Nobody_is_rolled_back_to_what_has_been_rejected_since()
    {
        var (first, _) = await DeployTwoAsync();
        await _host.RejectAsync(first.Reference, null, Cancel);

        var error = await Assert.ThrowsAsync<SlipwayException>(() => _host.Deployments.RollbackAsync(_name, ReleaseHost.Alice, null, Cancel));

        Assert.Equal(ErrorKind.Conflict, error.Kind);
        Assert.Equal(2, _host.Server.Answer(_name));
    }

    [Fact]
    public async Task A_rollback_loads_nothing()
    {
        await using var own = await OwnHost.StartAsync(Cancel);
        foreach (var answer in new[] { "1", "2" })
        {
            await own.Host.DeployAsync(_name, (await own.Host.AddApprovedAsync(_model, answer, Cancel)).Reference, Cancel);
        }

        var loads = own.Host.Server.Loads;
        var times = new List<double>();
        for (var i = 0; i < 51; i++)
        {
            var start = Stopwatch.GetTimestamp();
            var (status, _) = await own.Host.PostAsync($"/api/v1/deployments/{_name}/rollback", null, Cancel);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            Assert.Equal((200, i % 2 == 0 ? 1 : 2), (status, own.Host.Server.Answer(_name)));
        }

        var first = times[0];
        times.Sort();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"rollback over HTTP in ms: first {first:0.0}, median {times[25]:0.0}, 95 % {times[48]:0.0}, most {times[50]:0.0}"));

        // Loading is what takes long, so not loading is what keeps a rollback within its 100 ms; the times themselves depend on the machine and are reported, not asserted.
        Assert.Equal(loads, own.Host.Server.Loads);
    }

    private async Task<(ModelVersion First, ModelVersion Second)> DeployTwoAsync()
    {
        var first = await _host.AddApprovedAsync(_model, "1", Cancel);
        var second = await _host.AddApprovedAsync(_model, "2", Cancel);
        await _host.DeployAsync(_name, first.Reference, Cancel);
        await _host.DeployAsync(_name, second.Reference, Cancel);
        return (first, second);
    }
}
