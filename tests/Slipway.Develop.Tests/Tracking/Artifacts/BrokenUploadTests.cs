using System.Net;
using System.Security.Cryptography;

namespace Slipway.Develop.Tests.Tracking.Artifacts;

public sealed class BrokenUploadTests(ArtifactServer server) : IClassFixture<ArtifactServer>
{
    private readonly string _folder = Guid.NewGuid().ToString("N");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Content-Length: 1000000")]
    [InlineData("Transfer-Encoding: chunked")]
    public async Task An_upload_that_stops_in_the_middle_leaves_nothing_and_the_file_before_it(string framing)
    {
        await server.PutAsync($"{_folder}/kept", [1, 2, 3]);
        var blobs = server.Files("blobs");
        byte[] part = framing.StartsWith('C') ? new byte[500_000] : [.. "7a120\r\n"u8, .. new byte[500_000], .. "\r\n"u8];
        foreach (var name in new[] { "kept", "new" })
        {
            await server.SendRawAsync($"PUT {ArtifactServer.Proxy}/{_folder}/{name} HTTP/1.1\r\nHost: localhost\r\n{framing}\r\n\r\n", part, breakOff: true);
            await ArtifactServer.UntilAsync(() => server.Files("work") == 0);
        }

        Assert.Equal([1, 2, 3], await server.GetAsync($"{_folder}/kept"));
        Assert.Equal(HttpStatusCode.NotFound, await server.StatusAsync($"{_folder}/new"));
        Assert.Equal(blobs, server.Files("blobs"));
        Assert.Equal(["kept:3"], await server.ListAsync(_folder));
    }

    [Fact]
    public async Task Of_clients_that_write_one_artifact_at_once_one_wins_whole()
    {
        var contents = Enumerable.Range(0, 8).Select(i => Enumerable.Repeat((byte)i, 400_000 + (i * 1000)).ToArray()).ToList();

        await Task.WhenAll(contents.Select(content => server.PutAsync($"{_folder}/file", content)));

        var stored = await server.GetAsync($"{_folder}/file");
        Assert.Contains(contents, content => content.AsSpan().SequenceEqual(stored));
        Assert.Equal([$"file:{stored.Length}"], await server.ListAsync(_folder));
    }

    [Fact]
    public async Task A_reader_keeps_the_content_it_began_with()
    {
        var (old, changed) = (RandomNumberGenerator.GetBytes(8 << 20), RandomNumberGenerator.GetBytes(100));
        await server.PutAsync($"{_folder}/file", old);
        using var response = await server.Http.GetAsync($"{ArtifactServer.Proxy}/{_folder}/file", HttpCompletionOption.ResponseHeadersRead, Cancel);

        await server.PutAsync($"{_folder}/file", changed);

        Assert.Equal(old, await response.Content.ReadAsByteArrayAsync(Cancel));
        Assert.Equal(changed, await server.GetAsync($"{_folder}/file"));
    }
}
