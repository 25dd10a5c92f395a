using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Registry;

namespace Slipway.Release.Tests.Registry;

public sealed class RegisterTests(ReleaseFixture fixture)
{
    private readonly ReleaseHost _host = fixture.Host;
    private readonly string _model = $"churn-{Guid.NewGuid():N}";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_version_is_a_draft_with_everything_it_was_registered_with()
    {
        var described = await _host.DescribeAsync(_model, "1", Cancel);
        var registered = await _host.Registry.RegisterAsync(described, ReleaseHost.Alice, Cancel);

        Assert.True(registered.Created);
        var stored = await _host.Registry.GetAsync(registered.Version.Reference, Cancel);
        Assert.Equal((SemanticVersion.First, 1, "first version"), (stored.Version, stored.Number, stored.VersionReason));
        Assert.Equal((VersionState.Draft, "alice", "constant"), (stored.State, stored.CreatedBy, stored.Format));
        Assert.Equal(described.ArtifactDigest, stored.ArtifactDigest);
        Assert.Equivalent(described.Signature, stored.Signature, strict: true);
        Assert.Equal(described.Metrics, stored.Metrics);
        Assert.Equivalent(described.Lineage, stored.Lineage, strict: true);
        Assert.Equal(registered.Version.CreatedAt, stored.CreatedAt);
        Assert.Equal(TimeSpan.Zero, stored.CreatedAt.Offset);
    }

    [Fact]
    public async Task The_same_artifact_from_the_same_data_and_recipe_is_the_version_it_already_is()
    {
        var described = await _host.DescribeAsync(_model, "1", Cancel);
        var first = await _host.Registry.RegisterAsync(described, ReleaseHost.Alice, Cancel);
        await _host.RegisterAsync(_model, "2", Cancel);

        var again = await _host.Registry.RegisterAsync(described with { Metrics = new Dictionary<string, double>() }, ReleaseHost.Bob, Cancel);

        Assert.False(again.Created);
        Assert.Equal(first.Version.Reference, again.Version.Reference);
        Assert.Equal("alice", again.Version.CreatedBy);
        Assert.Equal(2, (await _host.Registry.ListAsync(_model, 1000, null, Cancel)).Count);
    }

    [Fact]
    public async Task The_same_artifact_by_another_recipe_is_a_version_of_its_own()
    {
        var described = await _host.DescribeAsync(_model, "1", Cancel);
        await _host.Registry.RegisterAsync(described, ReleaseHost.Alice, Cancel);

        var lineage = described.Lineage with { Recipe = new Dictionary<string, string> { ["algorithm"] = "other" } };
        var other = await _host.Registry.RegisterAsync(described with { Lineage = lineage }, ReleaseHost.Alice, Cancel);

        Assert.True(other.Created);
        Assert.Equal(("1.1.0", 2), (other.Version.Version.ToString(), other.Version.Number));
        Assert.Equal("minor: the recipe changed (algorithm)", other.Version.VersionReason);
    }

    [Fact]
    public async Task Of_many_callers_at_once_each_gets_a_version_of_its_own()
    {
        var described = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => _host.DescribeAsync(_model, $"{i}", Cancel)));

        var registered = await Task.WhenAll(described.Select(d => Task.Run(() => _host.Registry.RegisterAsync(d, ReleaseHost.Alice, Cancel), Cancel)));

        Assert.All(registered, r => Assert.True(r.Created));
        var versions = await _host.Registry.ListAsync(_model, 1000, null, Cancel);
        Assert.Equal(Enumerable.Range(1, 16).Reverse(), versions.Select(v => v.Number));
        Assert.Equal(versions.Select(v => v.Version).OrderDescending(), versions.Select(v => v.Version));
        Assert.Equal(16, versions.Select(v => v.ArtifactDigest).Distinct().Count());
    }

    [Fact]
    public async Task Of_many_callers_with_the_same_one_creates_it_and_all_get_it()
    {
        var described = await _host.DescribeAsync(_model, "1", Cancel);

        var registered = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => _host.Registry.RegisterAsync(described, ReleaseHost.Alice, Cancel), Cancel)));

        Assert.Single(registered, r => r.Created);
        Assert.Single(registered.Select(r => r.Version.Reference).Distinct());
        Assert.Single(await _host.Events.ReadSubjectAsync($"model/{registered[0].Version.Reference}", 10, Cancel));
    }

    [Fact]
    public async Task Of_two_registrations_from_the_same_snapshot_one_loses()
    {
        var store = _host.Get<ModelVersionStore>();
        var version = await _host.RegisterAsync(_model, "1", Cancel);
        var next = version with { Number = 2, Version = new SemanticVersion(1, 0, 1) };

        Assert.True(await store.TryAddAsync(next, "one", new VersionApproved(next.Reference, null, ReleaseHost.Alice), Cancel));
        Assert.False(await store.TryAddAsync(next, "other", new VersionApproved(next.Reference, null, ReleaseHost.Bob), Cancel));

        var stored = Assert.Single(await _host.Events.ReadSubjectAsync($"model/{next.Reference}", 10, Cancel));
        Assert.Equal("alice", stored.Actor);
    }

    [Fact]
    public async Task An_artifact_that_is_not_stored_is_refused()
    {
        var described = ReleaseHost.New(_model, new string('0', 64), "data");

        var error = await Assert.ThrowsAsync<SlipwayException>(() => _host.Registry.RegisterAsync(described, ReleaseHost.Alice, Cancel));

        Assert.Equal(ErrorKind.NotFound, error.Kind);
        Assert.Empty(await _host.Registry.ListAsync(_model, 1000, null, Cancel));
    }

    [Fact]
    public async Task A_metric_that_is_not_a_number_is_refused_by_name()
    {
        var described = await _host.DescribeAsync(_model, "1", Cancel);
        var broken = described with { Metrics = new Dictionary<string, double> { ["r2"] = double.NaN } };

        var error = await Assert.ThrowsAsync<SlipwayException>(() => _host.Registry.RegisterAsync(broken, ReleaseHost.Alice, Cancel));

        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.Contains("'r2'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("../etc")]
    [InlineData("Bikes")]
    public async Task A_name_that_is_not_plain_is_refused(string name)
    {
        var described = await _host.DescribeAsync(_model, "1", Cancel) with { Model = name };

        var error = await Assert.ThrowsAsync<SlipwayException>(() => _host.Registry.RegisterAsync(described, ReleaseHost.Alice, Cancel));

        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
    }
}
