using System.Net;
using Slipway.Develop.Tests.Tracking.Artifacts;

namespace Slipway.Develop.Tests.Tracking.LoggedModels;

/// <summary>A logged model's files.</summary>
public sealed class LoggedModelArtifactTests(ArtifactServer server) : IClassFixture<ArtifactServer>
{
    private readonly WireClient _client = server.Tracking.Client;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Files_go_up_through_the_proxy_and_are_listed_and_fetched_by_the_model()
    {
        var info = (await _client.PostAsync("logged-models", new { experiment_id = await _client.CreateExperimentAsync() })).GetProperty("model").GetProperty("info");
        var (id, uri) = (info.GetProperty("model_id").GetString()!, info.GetProperty("artifact_uri").GetString()!);
        var folder = uri["mlflow-artifacts:/".Length..];
        await server.PutAsync($"{folder}/MLmodel", "flavors: {}"u8.ToArray());
        await server.PutAsync($"{folder}/data/a b.bin", [1, 2, 3]);

        var listed = await _client.GetAsync($"logged-models/{id}/artifacts/directories");
        Assert.Equal($$"""{"root_uri":"{{uri}}","files":[{"path":"MLmodel","is_dir":false,"file_size":11},{"path":"data","is_dir":true}]}""", listed.GetRawText());
        Assert.Equal(["data/a b.bin:3"], await server.ListAsync("data", $"/ajax-api/2.0/mlflow/logged-models/{id}/artifacts/directories?artifact_directory_path="));
        Assert.Equal([1, 2, 3], await server.Http.GetByteArrayAsync($"/ajax-api/2.0/mlflow/logged-models/{id}/artifacts/files?artifact_file_path=data%2Fa%20b.bin", Cancel));

        foreach (var path in new[] { "..%2F..%2Fx", "%2Fetc%2Fpasswd", "data%5Ca", "" })
        {
            var answer = await _client.SendAsync(HttpMethod.Get, $"/ajax-api/2.0/mlflow/logged-models/{id}/artifacts/files?artifact_file_path={path}", null);
            Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE"), (answer.Status, answer.ErrorCode));
        }

        Assert.Equal("RESOURCE_DOES_NOT_EXIST", (await _client.TryGetAsync($"logged-models/{id}/artifacts/files", ("artifact_file_path", "nothing"))).ErrorCode);
        Assert.Equal("INVALID_PARAMETER_VALUE", (await _client.TryGetAsync($"logged-models/{id}/artifacts/directories", ("artifact_directory_path", "../.."))).ErrorCode);
        Assert.Contains("'page_token'", (await _client.TryGetAsync($"logged-models/{id}/artifacts/directories", ("page_token", "x"))).Message, StringComparison.Ordinal);
    }
}
