using System.Text.Json;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Registry;

namespace Slipway.Release.Tests.Registry;

public sealed class DecisionTests(ReleaseFixture fixture)
{
    private readonly ReleaseHost _host = fixture.Host;
    private readonly string _model = $"churn-{Guid.NewGuid():N}";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_history_of_a_version_says_who_decided_what_and_why()
    {
        var version = await _host.RegisterAsync(_model, "1", Cancel);
        await _host.Registry.ValidateAsync(version.Reference, """[{"gate":"performance.rmse","verdict":"pass"}]""", ReleaseHost.Alice, Cancel);

        var approved = await _host.PostAsync($"{Path(version)}/approve", new { reason = " looked at the plots " }, Cancel);
        var rejected = await _host.PostAsync($"{Path(version)}/reject", null, Cancel);
        var (status, events) = await _host.GetAsync($"{Path(version)}/events", Cancel);

        Assert.Equal((200, "approved"), (approved.Status, Text(approved.Body, "state")));
        Assert.Equal((200, "rejected"), (rejected.Status, Text(rejected.Body, "state")));
        Assert.Equal(200, status);
        Assert.Equal(
            ["VersionRegistered alice", "VersionValidated alice", "VersionApproved local", "VersionRejected local"],
            events.EnumerateArray().Select(e => $"{Text(e, "type")} {Text(e, "actor")}"));
        Assert.Equal("first version", Text(events[0].GetProperty("data"), "why"));
        Assert.Equal("pass", Text(events[1].GetProperty("data").GetProperty("evidence")[0], "verdict"));
        Assert.Equal("looked at the plots", Text(events[2].GetProperty("data"), "reason"));
        Assert.Equal("approved", Text(events[3].GetProperty("data"), "before"));
    }

    [Fact]
    public async Task A_draft_cannot_be_approved()
    {
        var version = await _host.RegisterAsync(_model, "1", Cancel);

        var (status, body) = await _host.PostAsync($"{Path(version)}/approve", null, Cancel);

        Assert.Equal(409, status);
        Assert.Equal($"{_model}@1.0.0 is a draft and has not passed validation. Run its project's gates with `slipway apply` first.", Text(body, "detail"));
    }

    [Fact]
    public async Task Deciding_the_same_again_changes_nothing()
    {
        var version = await _host.AddApprovedAsync(_model, "1", Cancel);

        await _host.ApproveAsync(version.Reference, Cancel);
        var validated = await _host.Registry.ValidateAsync(version.Reference, "[]", ReleaseHost.Alice, Cancel);

        Assert.Equal(VersionState.Approved, validated.State);
        Assert.Equal(3, (await _host.Events.ReadSubjectAsync($"model/{version.Reference}", 10, Cancel)).Count);
    }

    [Fact]
    public async Task Of_two_approvals_from_the_same_snapshot_one_loses()
    {
        var store = _host.Get<ModelVersionStore>();
        var version = await _host.RegisterAsync(_model, "1", Cancel);
        var validated = await _host.Registry.ValidateAsync(version.Reference, "[]", ReleaseHost.Alice, Cancel);

        Assert.True(await store.TryUpdateAsync(validated, validated.Approve(), new VersionApproved(version.Reference, null, ReleaseHost.Alice), Cancel));
        Assert.False(await store.TryUpdateAsync(validated, validated.Approve(), new VersionApproved(version.Reference, null, ReleaseHost.Bob), Cancel));

        var approvals = (await _host.Events.ReadSubjectAsync($"model/{version.Reference}", 10, Cancel)).Where(e => e.Type == nameof(VersionApproved));
        Assert.Equal("alice", Assert.Single(approvals).Actor);
    }

    [Fact]
    public async Task Of_many_approvals_at_once_one_is_recorded_and_all_see_it_approved()
    {
        var version = await _host.RegisterAsync(_model, "1", Cancel);
        await _host.Registry.ValidateAsync(version.Reference, "[]", ReleaseHost.Alice, Cancel);

        var approved = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(
            () => _host.ApproveAsync(version.Reference, Cancel), Cancel)));

        Assert.All(approved, v => Assert.Equal(VersionState.Approved, v.State));
        Assert.Single(await _host.Events.ReadSubjectAsync($"model/{version.Reference}", 10, Cancel), e => e.Type == nameof(VersionApproved));
    }

    [Fact]
    public async Task A_rejected_version_has_no_way_back()
    {
        var version = await _host.AddApprovedAsync(_model, "1", Cancel);
        await _host.RejectAsync(version.Reference, "leaks the label", Cancel);

        var approve = await Assert.ThrowsAsync<SlipwayException>(() => _host.ApproveAsync(version.Reference, Cancel));
        var validate = await Assert.ThrowsAsync<SlipwayException>(() => _host.Registry.ValidateAsync(version.Reference, "[]", ReleaseHost.Alice, Cancel));

        Assert.Equal((ErrorKind.Conflict, ErrorKind.Conflict), (approve.Kind, validate.Kind));
        Assert.Contains("is rejected and cannot be approved", approve.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_deprecated_version_has_no_way_back_either()
    {
        var deprecated = new ModelVersion
        {
            Model = "m",
            Version = SemanticVersion.First,
            Number = 1,
            ArtifactDigest = "a",
            Format = "f",
            Signature = ReleaseHost.New("m", "a", null).Signature,
            Metrics = new Dictionary<string, double>(),
            Lineage = ReleaseHost.New("m", "a", null).Lineage,
            VersionReason = "first version",
            CreatedAt = DateTimeOffset.UnixEpoch,
            CreatedBy = "alice",
            State = VersionState.Deprecated,
        };

        Assert.Equal(ErrorKind.Conflict, Assert.Throws<SlipwayException>(deprecated.Approve).Kind);
        Assert.Equal(ErrorKind.Conflict, Assert.Throws<SlipwayException>(deprecated.Validate).Kind);
        Assert.Equal(VersionState.Rejected, deprecated.Reject().State);
    }

    [Fact]
    public async Task Evidence_that_is_not_json_is_refused()
    {
        var version = await _host.RegisterAsync(_model, "1", Cancel);

        var error = await Assert.ThrowsAsync<SlipwayException>(() => _host.Registry.ValidateAsync(version.Reference, "{", ReleaseHost.Alice, Cancel));

        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.Equal(VersionState.Draft, (await _host.Registry.GetAsync(version.Reference, Cancel)).State);
    }

    [Fact]
    public async Task A_reason_that_is_too_long_is_refused()
    {
        var version = await _host.AddApprovedAsync(_model, "1", Cancel);

        var (status, body) = await _host.PostAsync($"{Path(version)}/reject", new { reason = new string('x', 1001) }, Cancel);

        Assert.Equal(413, status);
        Assert.Contains("1001 characters", Text(body, "detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_that_is_not_there_is_answered_with_those_that_are()
    {
        await _host.RegisterAsync(_model, "1", Cancel);
        await _host.RegisterAsync(_model, "2", Cancel);

        var (status, body) = await _host.GetAsync($"/api/v1/models/{_model}/versions/3.0.0", Cancel);
        var (_, noModel) = await _host.GetAsync($"/api/v1/models/no-{_model}/versions/1.0.0", Cancel);

        Assert.Equal(404, status);
        Assert.Equal($"{_model} has no version 3.0.0. It has 1.0.1, 1.0.0.", Text(body, "detail"));
        Assert.StartsWith($"There is no model 'no-{_model}'.", Text(noModel, "detail"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "/events")]
    [InlineData("POST", "/approve")]
    [InlineData("POST", "/reject")]
    public async Task What_is_not_a_version_is_refused_with_an_example(string method, string action)
    {
        var path = $"/api/v1/models/{_model}/versions/1.0{action}";
        var (status, body) = method == "GET" ? await _host.GetAsync(path, Cancel) : await _host.PostAsync(path, null, Cancel);

        Assert.Equal(400, status);
        Assert.Equal("'1.0' is not a version. Write it as major.minor.patch, for example 1.0.0.", Text(body, "detail"));
    }

    [Fact]
    public async Task Models_and_versions_are_listed_newest_first()
    {
        await _host.RegisterAsync(_model, "1", Cancel);
        await _host.RegisterAsync(_model, "2", Cancel);

        var (_, models) = await _host.GetAsync("/api/v1/models", Cancel);
        var (_, versions) = await _host.GetAsync($"/api/v1/models/{_model}/versions", Cancel);
        var (missing, _) = await _host.GetAsync($"/api/v1/models/no-{_model}/versions", Cancel);

        var model = Assert.Single(models.EnumerateArray(), m => Text(m, "model") == _model);
        Assert.Equal((2, "1.0.1"), (model.GetProperty("versions").GetInt32(), Text(model.GetProperty("newest"), "version")));
        Assert.Equal(["1.0.1", "1.0.0"], versions.EnumerateArray().Select(v => Text(v, "version")));
        Assert.Equal("float64", Text(versions[0].GetProperty("signature").GetProperty("inputs")[0], "type"));
        Assert.Equal(404, missing);
    }

    private static string Path(ModelVersion version) => $"/api/v1/models/{version.Model}/versions/{version.Version}";

    private static string? Text(JsonElement element, string property) => element.GetProperty(property).GetString();
}
