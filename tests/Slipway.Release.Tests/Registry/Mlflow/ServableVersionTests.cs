using System.Net;
using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Develop.Tests.Tracking;
using Slipway.Registry;
using Slipway.Registry.Approvals;
using Slipway.Registry.Mlflow;
using Slipway.Release.Tests.Rollouts;
using Slipway.Rollouts;
using Slipway.Rollouts.Releases;

namespace Slipway.Release.Tests.Registry.Mlflow;

/// <summary>Versions that Slipway can serve, as MLflow's clients see them.</summary>
public sealed class ServableVersionTests(MlflowServer server) : IClassFixture<MlflowServer>
{
    private readonly WireClient _client = server.Client;
    private readonly string _model = $"bikes-{Guid.NewGuid():N}";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_version_of_Slipway_is_a_model_version_with_its_number()
    {
        await server.RegisterAsync(_model, "1");
        var second = await server.RegisterAsync(_model, "2");

        var model = await _client.GetModelAsync(_model);
        var version = await _client.GetVersionAsync(_model, second.Number);

        Assert.Equal((server.Now, "alice"), (model.GetProperty("creation_timestamp").GetInt64(), model.Text("user_id")));
        Assert.Equal(["2"], model.Each("latest_versions", "version"));
        Assert.Equal(
            $$$"""{"name":"{{{_model}}}","version":"2","creation_timestamp":{{{server.Now}}},"last_updated_timestamp":{{{server.Now}}},"user_id":"alice","current_stage":"None","description":"1.0.1 (patch: same recipe, other data)","source":"mlflow-artifacts:/slipway-models/{{{_model}}}/2","run_id":"run-1","status":"READY","tags":[{"key":"slipway.version","value":"1.0.1"}]}""",
            version.GetRawText());
    }

    [Fact]
    public async Task One_numbering_goes_over_what_Slipway_serves_and_what_a_client_told_of()
    {
        await _client.CreateModelAsync(_model);
        Assert.Equal("1", await _client.CreateVersionAsync(_model));
        var first = await server.RegisterAsync(_model, "1");
        Assert.Equal("3", await _client.CreateVersionAsync(_model));
        await _client.SendAsync("DELETE", "model-versions/delete", new { name = _model, version = "3" });
        var second = await server.RegisterAsync(_model, "2");
        var again = await server.RegisterAsync(_model, "1");

        Assert.Equal([(2, "1.0.0"), (4, "1.0.1"), (2, "1.0.0")], new[] { first, second, again }.Select(v => (v.Number, v.Version.ToString())));
    }

    [Fact]
    public async Task Of_many_at_once_by_both_ways_each_has_a_number_of_its_own()
    {
        await _client.CreateModelAsync(_model);

        var tracked = Enumerable.Range(0, 8).Select(_ => Task.Run(() => _client.CreateVersionAsync(_model), Cancel)).ToList();
        var servable = Enumerable.Range(0, 8).Select(i => Task.Run(() => server.RegisterAsync(_model, $"{i}"), Cancel)).ToList();
        var numbers = (await Task.WhenAll(tracked)).Select(int.Parse).Concat((await Task.WhenAll(servable)).Select(version => version.Number));

        Assert.Equal(Enumerable.Range(1, 16), numbers.Order());
    }

    [Fact]
    public async Task A_number_that_a_client_took_in_between_is_not_given_again()
    {
        var first = await server.RegisterAsync(_model, "1");
        var next = first with { Number = 2, Version = new SemanticVersion(1, 0, 1) };
        await _client.CreateVersionAsync(_model);

        Assert.False(await server.Get<ModelVersionStore>().TryAddAsync(next, "other", new VersionApproved(next.Reference, null, ReleaseHost.Alice), Cancel));
        Assert.Equal(3, (await server.RegisterAsync(_model, "2")).Number);
    }

    [Fact]
    public async Task What_a_client_told_of_is_deployed_by_no_path()
    {
        await _client.CreateModelAsync(_model);
        await _client.CreateVersionAsync(_model);
        await _client.PostAsync("registered-models/alias", new { name = _model, alias = "champion", version = "1" });
        await _client.PostAsync("model-versions/transition-stage", new { name = _model, version = "1", stage = "Production" });
        await _client.PostAsync("model-versions/set-tag", new { name = _model, version = "1", key = "slipway.version", value = "1.0.0" });

        var error = await Assert.ThrowsAsync<SlipwayException>(() => server.Get<IDeployments>().DeployAsync(_model, new VersionReference(_model, SemanticVersion.First), Actor.Local, null, Cancel));

        Assert.Equal(ErrorKind.NotFound, error.Kind);
        Assert.Empty(await server.Registry.ListAsync(_model, 1000, null, Cancel));
    }

    [Fact]
    public async Task Its_stage_is_where_it_runs_and_nothing_else_changes_that()
    {
        var first = await server.ApproveAsync(await server.RegisterAsync(_model, "1"));
        var second = await server.ApproveAsync(await server.RegisterAsync(_model, "2"));
        var third = await server.RegisterAsync(_model, "3");
        await server.RegisterAsync(_model, "4");
        await server.Get<IDeployments>().DeployAsync(_model, first.Reference, ReleaseHost.Alice, null, Cancel);
        await server.Get<IApprovals>().RejectAsync(third.Reference, ReleaseHost.Approver(ReleaseHost.Bob), null, Cancel);
        Assert.Equal(["1 Production", "2 None", "3 Archived", "4 None"], await StagesAsync());
        Assert.Equal(["1", "3", "4"], (await _client.GetModelAsync(_model)).Each("latest_versions", "version"));

        await server.Get<IDeployments>().DeployAsync(_model, second.Reference, ReleaseHost.Alice, null, Cancel);
        Assert.Equal(["1 None", "2 Production", "3 Archived", "4 None"], await StagesAsync());
        Assert.Equal(["2"], (await _client.PostAsync("registered-models/get-latest-versions", new { name = _model, stages = ModelCalls.List("Production") })).Each("model_versions", "version"));

        var refused = await _client.TryPostAsync("model-versions/transition-stage", new { name = _model, version = "4", stage = "Production" });
        Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE"), (refused.Status, refused.ErrorCode));
        Assert.StartsWith($"Version 4 of {_model} is {_model}@1.0.3, which Slipway can serve: its stage is where it runs.", refused.Message, StringComparison.Ordinal);

        var tracked = await _client.CreateVersionAsync(_model);
        var archiving = await _client.TryPostAsync("model-versions/transition-stage", new { name = _model, version = tracked, stage = "Production", archive_existing_versions = true });
        Assert.Contains($"{_model}@1.0.1, which a deployment has now", archiving.Message, StringComparison.Ordinal);
        Assert.Equal(["1 None", "2 Production", "3 Archived", "4 None", "5 None"], await StagesAsync());

        async Task<IEnumerable<string>> StagesAsync() =>
            (await _client.GetAsync("model-versions/search", ("filter", $"name = '{_model}'"), ("order_by", "version_number"))).GetProperty("model_versions").EnumerateArray()
                .Select(v => $"{v.Text("version")} {v.Text("current_stage")}");
    }

    [Fact]
    public async Task A_candidate_is_in_staging_until_it_answers_everybody()
    {
        var first = await server.ApproveAsync(await server.RegisterAsync(_model, "1"));
        var second = await server.ApproveAsync(await server.RegisterAsync(_model, "2"));
        await server.Get<IDeployments>().DeployAsync(_model, first.Reference, ReleaseHost.Alice, null, Cancel);
        var rollout = await server.Get<IRollouts>().StartAsync(new RolloutRequest(_model, second.Reference, Plans.Canary, null), ReleaseHost.Alice, Cancel);
        Assert.Equal(["1 Production", "2 Staging"], await LatestAsync());

        await server.Get<IRollouts>().PromoteAsync(rollout.Id, ReleaseHost.Alice, null, Cancel);
        Assert.Equal(["1 None", "2 Production"], await LatestAsync());

        async Task<IEnumerable<string>> LatestAsync() =>
            (await _client.GetModelAsync(_model)).GetProperty("latest_versions").EnumerateArray().Select(v => $"{v.Text("version")} {v.Text("current_stage")}");
    }

    [Theory]
    [InlineData(true, VersionState.Approved, "Production")]
    [InlineData(false, VersionState.Approved, "Staging")]
    [InlineData(null, VersionState.Approved, "None")]
    [InlineData(null, VersionState.Deprecated, "Archived")]
    [InlineData(true, VersionState.Rejected, "Production")]
    public void What_is_tried_is_in_staging_and_what_answers_is_in_production_whatever_was_decided_since(bool? isStable, VersionState state, string stage) =>
        Assert.Equal(stage, ModelStage.Of(isStable, state));

    [Fact]
    public async Task It_is_not_deleted_or_renamed_from_outside()
    {
        await server.RegisterAsync(_model, "1");
        var approved = await server.ApproveAsync(await server.RegisterAsync(_model, "2"));
        await server.Get<IDeployments>().DeployAsync(_model, approved.Reference, ReleaseHost.Alice, null, Cancel);

        var version = await _client.TrySendAsync("DELETE", "model-versions/delete", new { name = _model, version = "2" });
        var model = await _client.TrySendAsync("DELETE", "registered-models/delete", new { name = _model });
        var renamed = await _client.TryPostAsync("registered-models/rename", new { name = _model, new_name = "other" });
        var tag = await _client.TrySendAsync("DELETE", "model-versions/delete-tag", new { name = _model, version = "2", key = "slipway.version" });

        Assert.All(new[] { version, model, renamed, tag }, answer => Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE"), (answer.Status, answer.ErrorCode)));
        Assert.StartsWith($"The model {_model} cannot be deleted: it has versions that Slipway can serve (1.0.1, 1.0.0).", model.Message, StringComparison.Ordinal);
        Assert.StartsWith($"The model {_model} cannot be renamed", renamed.Message, StringComparison.Ordinal);
        Assert.Equal(2, (await server.Registry.ListAsync(_model, 1000, null, Cancel)).Count);
        Assert.Equal(["2", "1"], (await _client.GetAsync("model-versions/search", ("filter", $"name = '{_model}'"))).Each("model_versions", "version"));
    }

    [Fact]
    public async Task Its_description_tags_and_aliases_are_the_clients()
    {
        await server.RegisterAsync(_model, "1");

        await _client.SendAsync("PATCH", "model-versions/update", new { name = _model, version = "1", description = "mine" });
        await _client.PostAsync("model-versions/set-tag", new { name = _model, version = "1", key = "team", value = "vans" });
        await _client.PostAsync("registered-models/alias", new { name = _model, alias = "champion", version = "1" });
        var version = (await _client.GetAsync("registered-models/alias", ("name", _model), ("alias", "champion"))).GetProperty("model_version");

        Assert.Equal("mine", version.Text("description"));
        Assert.Equal(["slipway.version", "team"], version.Each("tags", "key"));
        Assert.Equal([_model], (await _client.GetAsync("model-versions/search", ("filter", $"tags.`slipway.version` = '1.0.0' and tags.team = 'vans' and name = '{_model}'"))).Each("model_versions", "name"));
    }

    [Fact]
    public async Task Its_files_are_read_through_the_proxy_and_written_by_nobody()
    {
        await server.RegisterAsync(_model, "41");
        var uri = (await _client.GetAsync("model-versions/get-download-uri", ("name", _model), ("version", "1"))).Text("artifact_uri")!;
        var path = uri["mlflow-artifacts:/".Length..];
        const string Proxy = "/api/2.0/mlflow-artifacts/artifacts";

        var top = await _client.SendAsync(HttpMethod.Get, $"{Proxy}?path={path}", null);
        var inner = await _client.SendAsync(HttpMethod.Get, $"{Proxy}?path={path}/data", null);
        var file = await _client.SendAsync(HttpMethod.Get, $"{Proxy}/{path}/data/golden.csv", null);
        var page = await _client.SendAsync(HttpMethod.Get, $"/model-versions/get-artifact?name={_model}&version=1&path=data/golden.csv", null);

        Assert.Contains("""{"path":"data","is_dir":true}""", top.Text, StringComparison.Ordinal);
        Assert.Equal(2, top.Json.Each("files", "path").Count);
        Assert.Equal("""{"files":[{"path":"golden.csv","is_dir":false,"file_size":5}]}""", inner.Text);
        Assert.Equal(("a\n41\n", "a\n41\n"), (file.Text, page.Text));
        foreach (var missing in new[] { $"{path}/nothing", $"{path}/data", $"slipway-models/{_model}/2/data/golden.csv", $"slipway-models/{_model}/x/y", "slipway-models/x", $"slipway-models/{_model}/1" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await _client.SendAsync(HttpMethod.Get, $"{Proxy}/{missing}", null)).Status);
        }

        foreach (var answer in new[]
        {
            await _client.SendAsync(HttpMethod.Put, $"{Proxy}/{path}/data/golden.csv", "forged"),
            await _client.SendAsync(HttpMethod.Put, $"{Proxy}/slipway-models/other", "forged"),
            await _client.SendAsync(HttpMethod.Put, $"{Proxy}/slipway-models", "forged"),
            await _client.SendAsync(HttpMethod.Delete, $"{Proxy}/{path}", null),
            await _client.SendAsync(HttpMethod.Delete, $"{Proxy}/slipway-models", null),
        })
        {
            Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE"), (answer.Status, answer.ErrorCode));
            Assert.Contains("the registry's own files", answer.Message, StringComparison.Ordinal);
        }

        Assert.Equal("a\n41\n", (await _client.SendAsync(HttpMethod.Get, $"{Proxy}/{path}/data/golden.csv", null)).Text);
    }
}
