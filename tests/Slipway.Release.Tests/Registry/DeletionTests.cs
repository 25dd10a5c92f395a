using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Slipway.Core.Errors;
using Slipway.Registry;
using Slipway.Registry.Deletion;
using Slipway.Release.Tests.Rollouts;
using Slipway.Storage.Blobs;

namespace Slipway.Release.Tests.Registry;

public sealed class DeletionTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 12, 1, 8, 0, 0, TimeSpan.Zero));
    private OwnHost _own = null!;

    private ReleaseHost Host => _own.Host;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _own = await OwnHost.StartAsync(Cancel, services => services.AddSingleton<TimeProvider>(_time));

    public ValueTask DisposeAsync() => _own.DisposeAsync();

    [Fact]
    public async Task What_answers_is_tried_or_would_be_rolled_back_to_cannot_be_deleted()
    {
        var first = await Host.AddApprovedAsync("churn", "1", Cancel);
        var second = await Host.AddApprovedAsync("churn", "2", Cancel);
        await Host.DeployAsync("front", first.Reference, Cancel);
        await Host.DeployAsync("front", second.Reference, Cancel);
        _time.Advance(TimeSpan.FromDays(400));

        Assert.Contains("front answers with it", await RefusalAsync(second), StringComparison.Ordinal);
        Assert.Contains("front would roll back to it", await RefusalAsync(first), StringComparison.Ordinal);
        Assert.Equal(VersionState.Approved, (await Host.Registry.GetAsync(first.Reference, Cancel)).State);
    }

    [Fact]
    public async Task What_was_live_lately_is_kept_for_its_time_and_not_longer()
    {
        var versions = new List<ModelVersion>();
        foreach (var answer in new[] { "1", "2", "3" })
        {
            versions.Add(await Host.AddApprovedAsync("churn", answer, Cancel));
            await Host.DeployAsync("front", versions[^1].Reference, Cancel);
            _time.Advance(TimeSpan.FromDays(1));
        }

        // It answered until the first of December's second day, and is kept for thirty.
        Assert.Contains("front had it until 2026-12-02 08:00 UTC", await RefusalAsync(versions[0]), StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromDays(29));

        Assert.Equal(200, await DeleteAsync(versions[0]));
    }

    [Fact]
    public async Task A_deleted_version_keeps_its_history_and_its_number_and_gives_its_artifact_back()
    {
        var version = await Host.RegisterAsync("churn", "1", Cancel);
        var other = await Host.RegisterAsync("churn", "2", Cancel);

        Assert.Equal(200, await DeleteAsync(version));
        Assert.Equal(200, await DeleteAsync(version));
        _time.Advance(TimeSpan.FromHours(2));
        await Host.Get<IBlobPurge>().DeleteAsync(Cancel);

        var events = await Host.Events.ReadSubjectAsync($"model/{version.Reference}", 10, Cancel);
        Assert.Equal([nameof(VersionRegistered), nameof(VersionDeleted)], events.Select(e => e.Type));
        Assert.Equal(VersionState.Deleted, (await Host.Registry.GetAsync(version.Reference, Cancel)).State);
        await Assert.ThrowsAsync<SlipwayException>(() => Host.Get<IArtifactStore>().GetAsync(version.ArtifactDigest, Cancel));
        await Host.Get<IArtifactStore>().GetAsync(other.ArtifactDigest, Cancel);

        // The same artifact again is another version, and neither number is given twice.
        var again = await Host.RegisterAsync("churn", "1", Cancel);
        Assert.Equal((3, "1.0.2"), (again.Number, again.Version.ToString()));
        var deploy = await Assert.ThrowsAsync<SlipwayException>(() => Host.DeployAsync("front", version.Reference, Cancel));
        Assert.Contains("deleted", deploy.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_deletion_and_a_deployment_at_once_one_is_refused()
    {
        for (var round = 0; round < 20; round++)
        {
            var version = await Host.AddApprovedAsync("churn", $"{round}", Cancel);
            var deletion = Task.Run(() => Host.Get<IVersionDeletion>().DeleteAsync(version.Reference, ReleaseHost.Alice, null, Cancel), Cancel);
            var deployment = Task.Run(() => Host.DeployAsync($"front-{round}", version.Reference, Cancel), Cancel);
            var refusals = new[] { await Record.ExceptionAsync(() => deletion), await Record.ExceptionAsync(() => deployment) };

            Assert.Equal(ErrorKind.Conflict, Assert.IsType<SlipwayException>(Assert.Single(refusals, refusal => refusal is not null)).Kind);
        }
    }

    private async Task<int> DeleteAsync(ModelVersion version)
    {
        using var answer = await Host.Http.DeleteAsync(new Uri($"/api/v1/models/{version.Model}/versions/{version.Version}?reason=test", UriKind.Relative), Cancel);
        return (int)answer.StatusCode;
    }

    private async Task<string> RefusalAsync(ModelVersion version)
    {
        using var answer = await Host.Http.DeleteAsync(new Uri($"/api/v1/models/{version.Model}/versions/{version.Version}", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync(Cancel);
    }
}
