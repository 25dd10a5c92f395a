using System.Globalization;

namespace Slipway.Develop.Tests.Tracking.Artifacts;

public sealed class ArtifactPathTests(ArtifactServer server) : IClassFixture<ArtifactServer>
{
    public static TheoryData<string> Hostile =>
    [
        "../x",
        "a/../../x",
        "..",
        "%2e%2e/x",
        "%2e%2e%2fx",
        "..%2fx",
        "a/%2E%2E/%2E%2E/x",
        "%252e%252e/x",
        "%252e%252e%252fx",
        "%25252e%25252e/x",
        "..\\x",
        "a\\..\\..\\x",
        "..%5cx",
        "%2e%2e%5cx",
        "%255c%2e%2e%255cx",
        "%2Fetc/passwd",
        "%2fetc%2fpasswd",
        "%252Fetc/passwd",
        "C:/x",
        "C:%5cx",
        "c%3a/x",
        "%5c%5cserver%5cshare",
        "file:///etc/passwd",
        "file%3a%2f%2f%2fetc/passwd",
        "a%00b",
        "a%00/../x",
        "a%2500b",
        "a%0ab",
        "a%0d%0ab",
        "a;b",
        "a%3bb",
        "a%23b",
        "a%3fb",
        ".../x",
        ".. /x",
        "..%20/x",
        "a/ /b",
        "%c0%ae%c0%ae/x",
        "%ff%fe",
        "~%2f..%2fx",
        "%2e%2e;/x",
        "a%25%32%65",
    ];

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task A_path_that_leads_elsewhere_is_refused_and_nothing_is_kept(string path)
    {
        var before = (server.Files("blobs"), server.Files("work"), (await server.ListAsync("")).Count);
        foreach (var method in new[] { "PUT", "GET", "DELETE" })
        {
            var body = method == "PUT" ? new byte[5] : [];
            var status = await server.SendRawAsync(
                $"{method} {ArtifactServer.Proxy}/{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {body.Length}\r\n\r\n", body);

            Assert.Matches("^HTTP/1.1 4(00|04) ", status);
        }

        var listed = await server.SendRawAsync($"GET {ArtifactServer.Proxy}?path={path.Replace("\\", "%5c", StringComparison.Ordinal).Replace(" ", "%20", StringComparison.Ordinal)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        Assert.Matches("^HTTP/1.1 (4|200)", listed);
        Assert.Equal(before, (server.Files("blobs"), server.Files("work"), (await server.ListAsync("")).Count));
    }

    [Theory]
    [InlineData(255, true)]
    [InlineData(256, false)]
    public async Task A_name_is_as_long_as_a_files_may_be(int length, bool isTaken)
    {
        var path = $"{Guid.NewGuid():N}/{new string('n', length)}";

        using var response = await server.TryPutAsync(path, [1]);

        Assert.Equal(isTaken ? 200 : 400, (int)response.StatusCode);
    }

    [Theory]
    [InlineData(4096, true)]
    [InlineData(4097, false)]
    public async Task A_path_has_a_bound(int length, bool isTaken)
    {
        var path = string.Join('/', Enumerable.Repeat(new string('p', 99), 41))[..(length - 33)];

        using var response = await server.TryPutAsync($"{Guid.NewGuid():N}/{path}", [1]);

        Assert.Equal(isTaken ? 200 : 400, (int)response.StatusCode);
    }

    [Fact]
    public async Task A_path_is_needed_to_store_or_delete()
    {
        foreach (var path in new[] { "", "/", "/.", "/%2e", "/%20" })
        {
            foreach (var method in new[] { "PUT", "DELETE" })
            {
                var status = await server.SendRawAsync(
                    string.Create(CultureInfo.InvariantCulture, $"{method} {ArtifactServer.Proxy}{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 1\r\n\r\n"), [1]);
                Assert.Matches("^HTTP/1.1 40[045] ", status);
            }
        }
    }
}
