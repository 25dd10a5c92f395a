using System.Text;
using Slipway.Serve.Tests.Serving.OpenInference;

namespace Slipway.Serve.Tests.Serving.Connections;

/// <summary>Bodies that do not come as they should, byte by byte: one answer each, and the connection ends where nobody can know any more where the next request begins.</summary>
public sealed class BodyTests(IdentityServer identity) : IClassFixture<IdentityServer>
{
    private const string Wide = "/v2/models/wide/infer";
    private const string Good = """{"inputs":[{"name":"wide","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""";
    private const string Chunked = "Transfer-Encoding: chunked";

    private readonly ServingServer _server = identity.Server;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("zz\r\n{}\r\n0\r\n\r\n")]
    [InlineData("-1\r\n{}\r\n0\r\n\r\n")]
    [InlineData("2\r\n{}{}\r\n0\r\n\r\n")]
    [InlineData("ffffffffffffffffff\r\n{}\r\n0\r\n\r\n")]
    [InlineData("2\n{}\n0\n\n")]
    public async Task Chunks_that_are_none_are_one_400_and_the_end_of_the_connection(string body)
    {
        using var connection = await RawConnection.OpenAsync(_server, Cancel);
        await connection.SendAsync(RawConnection.Request(Wide, body, Chunked), Cancel);

        var (status, text) = await connection.ReadAsync(Cancel);

        Assert.Equal(400, status);
        Assert.StartsWith("{\"error\":\"", text, StringComparison.Ordinal);
        Assert.Empty(await connection.ReadToEndAsync(Cancel));
    }

    [Fact]
    public async Task A_body_in_chunks_of_one_byte_is_read_and_the_connection_goes_on()
    {
        using var connection = await RawConnection.OpenAsync(_server, Cancel);
        var chunks = string.Concat(Good.Select(c => $"1\r\n{c}\r\n")) + "0\r\n\r\n";
        var request = RawConnection.Request(Wide, chunks, Chunked);
        await connection.SendAsync((byte[])[.. request, .. request], Cancel);

        Assert.Equal(200, (await connection.ReadAsync(Cancel)).Status);
        Assert.Equal(200, (await connection.ReadAsync(Cancel)).Status);
    }

    [Fact]
    public async Task Chunks_without_an_end_are_refused_at_the_bound()
    {
        using var connection = await RawConnection.OpenAsync(_server, Cancel);
        await connection.SendAsync(RawConnection.Request(Wide, "", Chunked), Cancel);
        var chunk = Encoding.ASCII.GetBytes($"10000\r\n{new string(' ', 0x10000)}\r\n");
        var answer = connection.ReadAsync(Cancel);
        while (!answer.IsCompleted)
        {
            try
            {
                await connection.SendAsync(chunk, Cancel);
            }
            catch (System.Net.Sockets.SocketException)
            {
                // It has ended the connection behind its answer.
                break;
            }
        }

        var (status, text) = await answer;
        Assert.Equal(413, status);
        Assert.Contains("the most that is taken", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_length_beside_chunks_is_left_out_and_what_follows_is_no_request()
    {
        // Servers that differ in which of the two counts can be made to see different requests: so nothing behind it is read.
        using var connection = await RawConnection.OpenAsync(_server, Cancel);
        var chunks = $"{Good.Length:x}\r\n{Good}\r\n0\r\n\r\n";
        await connection.SendAsync(
            (byte[])[.. RawConnection.Request(Wide, chunks, "Content-Length: 4", Chunked), .. "GET /v2/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"u8], Cancel);

        Assert.Equal(200, (await connection.ReadAsync(Cancel)).Status);
        Assert.Empty(await connection.ReadToEndAsync(Cancel));
    }

    [Theory]
    [InlineData("Content-Length: 40", "Content-Length: 41")]
    [InlineData("Content-Length: -1", "X: y")]
    [InlineData("Content-Length: many", "X: y")]
    [InlineData("Content-Length: 99999999999999999999", "X: y")]
    public async Task A_length_that_is_none_is_one_400_and_the_end_of_the_connection(string first, string second)
    {
        using var connection = await RawConnection.OpenAsync(_server, Cancel);
        await connection.SendAsync(RawConnection.Request(Wide, Good, first, second), Cancel);

        Assert.Equal(400, (await connection.ReadAsync(Cancel)).Status);
        Assert.Empty(await connection.ReadToEndAsync(Cancel));
    }

    [Fact]
    public async Task Who_asks_before_it_sends_is_told_to_go_on()
    {
        using var connection = await RawConnection.OpenAsync(_server, Cancel);
        await connection.SendAsync(RawConnection.Request(Wide, "", $"Content-Length: {Good.Length}", "Expect: 100-continue"), Cancel);
        Assert.Equal(100, (await connection.ReadAsync(Cancel)).Status);

        await connection.SendAsync(Encoding.ASCII.GetBytes(Good), Cancel);
        Assert.Equal(200, (await connection.ReadAsync(Cancel)).Status);
    }

    [Theory]
    [InlineData("/v2/models/nobody/infer", "Content-Length: 40", 404)]
    [InlineData(Wide, "Content-Length: 4000001", 413)]
    [InlineData(Wide, "Content-Length: 40\r\nContent-Encoding: br", 415)]
    public async Task Who_asks_before_it_sends_what_is_refused_need_not_send_it(string path, string headers, int expected)
    {
        using var connection = await RawConnection.OpenAsync(_server, Cancel);
        await connection.SendAsync(RawConnection.Request(path, "", headers, "Expect: 100-continue"), Cancel);

        Assert.Equal(expected, (await connection.ReadAsync(Cancel)).Status);
    }

    [Fact]
    public async Task A_request_before_its_predecessor_is_answered_waits_for_its_turn()
    {
        using var connection = await RawConnection.OpenAsync(_server, Cancel);
        var large = $$$"""{"id":"large","inputs":[{"name":"wide","shape":[1,100000],"datatype":"FP32","data":[{{{string.Join(',', Enumerable.Range(0, 100_000))}}}]}],"outputs":[{"name":"wide_out","parameters":{"binary_data":true}}]}""";
        var small = $"{{\"id\":\"small\",{Good[1..]}";
        await connection.SendAsync((byte[])[.. RawConnection.Request(Wide, large.Replace("100000]", "100001]", StringComparison.Ordinal)), .. RawConnection.Request(Wide, small), .. RawConnection.Request(Wide, Good)], Cancel);

        var (wrong, why) = await connection.ReadAsync(Cancel);
        var (right, text) = await connection.ReadAsync(Cancel);

        Assert.Equal((400, 200, 200), (wrong, right, (await connection.ReadAsync(Cancel)).Status));
        Assert.Contains("100001", why, StringComparison.Ordinal);
        Assert.Contains("\"id\":\"small\"", text, StringComparison.Ordinal);
    }
}
