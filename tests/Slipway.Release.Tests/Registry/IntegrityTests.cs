using Slipway.Registry;
using Slipway.Registry.Integrity;
using Slipway.Storage;
using Slipway.Storage.Blobs;

namespace Slipway.Release.Tests.Registry;

public sealed class IntegrityTests(ReleaseFixture fixture)
{
    private readonly ReleaseHost _host = fixture.Host;
    private readonly string _model = $"churn-{Guid.NewGuid():N}";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_changed_artifact_is_named_once_and_its_mending_too()
    {
        var version = await _host.RegisterAsync(_model, $"answer of {_model}", Cancel);
        var path = await BlobAsync(version);
        var (_, good) = await VerifyAsync(version);
        Assert.True(good.GetProperty("isIntact").GetBoolean());

        var content = await File.ReadAllTextAsync(path, Cancel);
        await ChangeAsync(path, "another answer");
        for (var time = 0; time < 2; time++)
        {
            var (status, bad) = await VerifyAsync(version);
            Assert.Equal((200, false), (status, bad.GetProperty("isIntact").GetBoolean()));
            Assert.EndsWith("was changed", bad.GetProperty("damages")[0].GetString(), StringComparison.Ordinal);
        }

        await ChangeAsync(path, content);
        await VerifyAsync(version);
        await VerifyAsync(version);

        var events = await _host.Events.ReadSubjectAsync($"model/{version.Reference}", 10, Cancel);
        Assert.Equal([nameof(VersionRegistered), nameof(ArtifactDamaged), nameof(ArtifactMended)], events.Select(e => e.Type));
        Assert.Contains($"{version.Reference} is not what was registered", events[1].Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_that_is_not_there_cannot_be_verified() =>
        Assert.Equal(404, (await _host.PostAsync($"/api/v1/models/{_model}/versions/1.0.0/verify", null, Cancel)).Status);

    private Task<(int Status, System.Text.Json.JsonElement Body)> VerifyAsync(ModelVersion version) =>
        _host.PostAsync($"/api/v1/models/{version.Model}/versions/{version.Version}/verify", null, Cancel);

    // The file itself: its name in the folder of blobs is its digest.
    private async Task<string> BlobAsync(ModelVersion version)
    {
        var file = Assert.Single((await _host.Get<IArtifactStore>().GetAsync(version.ArtifactDigest, Cancel)).Files);
        return _host.Get<DataFolder>().Of("blobs", "sha256", file.Digest[..2], file.Digest[2..]);
    }

    private static async Task ChangeAsync(string path, string content)
    {
        // Blobs are read-only; whoever changes one has to mean it.
        File.SetAttributes(path, FileAttributes.Normal);
        await File.WriteAllTextAsync(path, content, Cancel);
    }
}
