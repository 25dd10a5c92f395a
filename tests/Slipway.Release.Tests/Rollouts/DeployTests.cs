using System.Text.Json;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Registry;
using Slipway.Rollouts;
using Slipway.Rollouts.Releases;

namespace Slipway.Release.Tests.Rollouts;

public sealed class DeployTests(ReleaseFixture fixture)
{
    private readonly ReleaseHost _host = fixture.Host;
    private readonly string _model = $"churn-{Guid.NewGuid():N}";
    private readonly string _name = $"live-{Guid.NewGuid():N}";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_approved_version_answers_once_it_is_deployed()
    {
        var version = await _host.AddApprovedAsync(_model, "7", Cancel);
        Assert.Null(_host.Server.Answer(_name));

        var (status, body) = await DeployAsync(version);

        Assert.Equal((200, 1), (status, body.GetProperty("revision").GetInt32()));
        Assert.Equal(7, _host.Server.Answer(_name));
        var (_, found) = await _host.GetAsync($"/api/v1/deployments/{_name}", Cancel);
        Assert.Equal("1.0.0", Text(found.GetProperty("stable").GetProperty("reference"), "version"));
        Assert.Equal("local", Text(found, "changedBy"));
        Assert.False(found.TryGetProperty("previous", out _));
        Assert.Contains(await _host.Deployments.ListAsync(Cancel), d => d.Name == _name);
    }

    [Fact]
    public async Task The_history_of_a_deployment_says_what_answered_when_and_why()
    {
        var first = await _host.AddApprovedAsync(_model, "1", Cancel);
        var second = await _host.AddApprovedAsync(_model, "2", Cancel);

        await DeployAsync(first, "first of all");
        await DeployAsync(second);
        var (status, _) = await _host.PostAsync($"/api/v1/deployments/{_name}/rollback", new { reason = "too slow" }, Cancel);
        var (_, events) = await _host.GetAsync($"/api/v1/deployments/{_name}/events", Cancel);

        Assert.Equal(200, status);
        Assert.Equal(["VersionDeployed", "VersionDeployed", "DeploymentRolledBack"], events.EnumerateArray().Select(e => Text(e, "type")));
        var data = events.EnumerateArray().Select(e => e.GetProperty("data")).ToList();
        Assert.Equal(["1.0.0", "1.0.1", "1.0.0"], data.Select(d => Text(d.GetProperty("version"), "version")));
        Assert.Equal([1, 2, 3], data.Select(d => d.GetProperty("revision").GetInt32()));
        Assert.Equal(("first of all", "too slow"), (Text(data[0], "reason"), Text(data[2], "reason")));
        Assert.Equal("1.0.1", Text(data[2].GetProperty("former"), "version"));
        Assert.Equal(second.ArtifactDigest, Text(data[1], "artifactDigest"));
    }

    [Fact]
    public async Task What_is_not_approved_is_not_deployed()
    {
        var draft = await _host.RegisterAsync(_model, "1", Cancel);

        var asDraft = await DeployAsync(draft);
        await _host.Registry.ValidateAsync(draft.Reference, "[]", ReleaseHost.Alice, Cancel);
        var asValidated = await DeployAsync(draft);
        await _host.RejectAsync(draft.Reference, null, Cancel);
        var asRejected = await DeployAsync(draft);

        Assert.Equal((409, 409, 409), (asDraft.Status, asValidated.Status, asRejected.Status));
        Assert.Contains("is a draft", Text(asDraft.Body, "detail"), StringComparison.Ordinal);
        Assert.Contains("is validated and cannot be deployed. 1 approval is needed (an approver or an admin), and it has none.", Text(asValidated.Body, "detail"), StringComparison.Ordinal);
        Assert.Contains("is rejected and cannot be deployed", Text(asRejected.Body, "detail"), StringComparison.Ordinal);
        Assert.Null(await _host.Deployments.FindAsync(_name, Cancel));
    }

    [Fact]
    public async Task Deploying_what_is_live_changes_nothing()
    {
        var version = await _host.AddApprovedAsync(_model, "1", Cancel);
        await DeployAsync(version);
        var before = await _host.Deployments.FindAsync(_name, Cancel);

        var (status, body) = await DeployAsync(version);

        Assert.Equal((200, 1), (status, body.GetProperty("revision").GetInt32()));
        Assert.Equal(before, await _host.Deployments.FindAsync(_name, Cancel));
        Assert.Single(await _host.Events.ReadSubjectAsync($"deployment/{_name}", 10, Cancel));
    }

    [Fact]
    public async Task A_version_that_cannot_be_loaded_is_never_switched_to()
    {
        await DeployAsync(await _host.AddApprovedAsync(_model, "1", Cancel));
        var damaged = await _host.AddApprovedAsync(_model, "not a model", Cancel);

        var (status, body) = await DeployAsync(damaged);

        Assert.Equal(422, status);
        Assert.Equal($"{damaged.Reference} cannot be loaded for the deployment {_name}: 'not a model' is not a number.", Text(body, "detail"));
        Assert.Equal(1, _host.Server.Answer(_name));
        Assert.Equal(1, (await _host.Deployments.FindAsync(_name, Cancel))!.Revision);
        Assert.Single(await _host.Events.ReadSubjectAsync($"deployment/{_name}", 10, Cancel));
    }

    [Fact]
    public async Task A_version_that_is_rejected_while_it_loads_is_never_switched_to()
    {
        await using var own = await OwnHost.StartAsync(Cancel);
        await own.Host.DeployAsync(_name, (await own.Host.AddApprovedAsync(_model, "1", Cancel)).Reference, Cancel);
        var doubtful = await own.Host.AddApprovedAsync(_model, "2", Cancel);
        own.Host.Server.OnLoad = version => own.Host.RejectAsync(version.Reference, "leaks the label", Cancel);

        var error = await Assert.ThrowsAsync<SlipwayException>(() => own.Host.DeployAsync(_name, doubtful.Reference, Cancel));

        Assert.Equal(ErrorKind.Conflict, error.Kind);
        Assert.Equal(1, own.Host.Server.Answer(_name));
    }

    [Fact]
    public async Task A_version_that_cannot_be_read_any_more_can_be_replaced()
    {
        await using var own = await OwnHost.StartAsync(Cancel);
        var damaged = await own.Host.AddApprovedAsync(_model, "1", Cancel);
        await own.Host.DeployAsync(_name, damaged.Reference, Cancel);
        await own.RestartAsync(server => server.Refuse(damaged.Reference), Cancel);
        Assert.False(own.Host.Readiness.IsReady);

        await own.Host.DeployAsync(_name, (await own.Host.AddApprovedAsync(_model, "2", Cancel)).Reference, Cancel);

        Assert.Equal(2, own.Host.Server.Answer(_name));
        Assert.True(own.Host.Readiness.IsReady);
        var error = await Assert.ThrowsAsync<SlipwayException>(() => own.Host.Deployments.RollbackAsync(_name, ReleaseHost.Alice, null, Cancel));
        Assert.Equal(ErrorKind.Failed, error.Kind);
        Assert.Equal(2, own.Host.Server.Answer(_name));
    }

    [Fact]
    public async Task A_deployment_that_is_not_there_is_answered_with_those_that_are()
    {
        await using var own = await OwnHost.StartAsync(Cancel);
        var nothing = await own.Host.GetAsync("/api/v1/deployments/bikes", Cancel);
        await own.Host.DeployAsync("cars", (await own.Host.AddApprovedAsync(_model, "1", Cancel)).Reference, Cancel);
        var events = await own.Host.GetAsync("/api/v1/deployments/bikes/events", Cancel);
        var rollback = await own.Host.PostAsync("/api/v1/deployments/bikes/rollback", null, Cancel);

        Assert.Equal((404, 404, 404), (nothing.Status, events.Status, rollback.Status));
        Assert.Equal("There is no deployment 'bikes'. Nothing is deployed yet: `slipway deploy` deploys a version.", Text(nothing.Body, "detail"));
        Assert.Equal("There is no deployment 'bikes'. There is cars.", Text(rollback.Body, "detail"));
    }

    [Fact]
    public async Task What_is_wrong_with_a_request_is_said()
    {
        var version = await _host.AddApprovedAsync(_model, "1", Cancel);

        var noBody = await _host.PostAsync($"/api/v1/deployments/{_name}/deploy", null, Cancel);
        var noVersion = await _host.PostAsync($"/api/v1/deployments/{_name}/deploy", new { version = _model }, Cancel);
        var unknown = await _host.PostAsync($"/api/v1/deployments/{_name}/deploy", new { version = $"{_model}@9.0.0" }, Cancel);
        var name = await _host.PostAsync("/api/v1/deployments/Bikes/deploy", new { version = version.Reference.ToString() }, Cancel);

        Assert.Equal((400, 400, 404, 400), (noBody.Status, noVersion.Status, unknown.Status, name.Status));
        Assert.Contains("for example bike-demand@1.0.0", Text(noVersion.Body, "detail"), StringComparison.Ordinal);
        Assert.Contains("It has 1.0.0.", Text(unknown.Body, "detail"), StringComparison.Ordinal);
        Assert.Contains("'Bikes' is not a name for a deployment", Text(name.Body, "detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_changes_from_the_same_snapshot_one_loses()
    {
        var store = _host.Get<ReleaseStore>();
        var first = await _host.AddApprovedAsync(_model, "1", Cancel);
        await _host.DeployAsync(_name, first.Reference, Cancel);
        var before = (await _host.Deployments.FindAsync(_name, Cancel))!;
        var after = before.Deploy(new DeployedVersion(new VersionReference(_model, new SemanticVersion(1, 0, 1)), "a2"), ReleaseHost.Alice, before.ChangedAt);
        var happened = new VersionDeployed(_name, after.Stable.Reference, "a2", first.Reference, 2, null, ReleaseHost.Alice);

        var change = new ReleaseChange { Deployment = after, Events = [happened] };
        Assert.True(await store.TryCommitAsync(new Standing(before, null), change, Cancel));
        Assert.False(await store.TryCommitAsync(new Standing(before, null), change, Cancel));
        Assert.False(await store.TryCommitAsync(new Standing(null, null), change, Cancel));

        Assert.Equal(after, await _host.Deployments.FindAsync(_name, Cancel));
        Assert.Equal(2, (await _host.Events.ReadSubjectAsync($"deployment/{_name}", 10, Cancel)).Count);
    }

    private Task<(int Status, JsonElement Body)> DeployAsync(ModelVersion version, string? reason = null) =>
        _host.PostAsync($"/api/v1/deployments/{_name}/deploy", new { version = version.Reference.ToString(), reason }, Cancel);

    private static string? Text(JsonElement element, string property) => element.GetProperty(property).GetString();
}
