using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Slipway.Serve.Tests.Serving.OpenInference;

/// <summary>Requests that are meant to hurt. Each gets one sentence, and the server goes on answering.</summary>
public sealed class HostileRequestTests(IdentityServer identity) : IClassFixture<IdentityServer>
{
    private const string Wide = "/v2/models/wide/infer";
    private const string Good = """{"inputs":[{"name":"wide","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""";

    private readonly ServingServer _server = identity.Server;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("[1000000000,1]", HttpStatusCode.RequestEntityTooLarge)]
    [InlineData("[32000,500]", HttpStatusCode.BadRequest)]
    [InlineData("[1,1000000000]", HttpStatusCode.RequestEntityTooLarge)]
    public async Task A_shape_of_a_thousand_million_elements_takes_no_memory(string shape, HttpStatusCode expected)
    {
        var before = GC.GetTotalAllocatedBytes();

        var answer = await _server.PostAsync(Wide, $$"""{"inputs":[{"name":"wide","shape":{{shape}},"datatype":"FP32","data":[1,2]}]}""", Cancel);

        Assert.Equal(expected, answer.Status);
        Assert.Contains("'wide'", answer.Error, StringComparison.Ordinal);

        // Other tests allocate meanwhile; the tensor would be four gigabytes.
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 2_000_000_000);
    }

    [Theory]
    [InlineData("a{0}", "wide has no input 'a1'")]
    [InlineData("wide", "Input 'wide' appears twice")]
    public async Task Ten_thousand_inputs_are_refused_at_the_first_that_is_wrong(string name, string message)
    {
        var inputs = string.Join(',', Enumerable.Range(0, 10_000).Select(i => $$"""{"name":"{{name.Replace("{0}", $"{i}", StringComparison.Ordinal)}}","shape":[1,1],"datatype":"FP32","data":[1]}"""));

        var answer = await _server.PostAsync(Wide, $"{{\"inputs\":[{inputs}]}}", Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.StartsWith(message, answer.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"inputs":[],"inputs":[]}""", "\"inputs\" appears twice")]
    [InlineData("""{"id":"a","id":"b","inputs":[]}""", "\"id\" appears twice")]
    [InlineData("""{"parameters":{},"parameters":{},"inputs":[]}""", "\"parameters\" appears twice")]
    [InlineData("""{"outputs":[],"outputs":[],"inputs":[]}""", "\"outputs\" appears twice")]
    [InlineData("""{"inputs":[{"name":"wide","shape":[1],"shape":[1]}]}""", "\"shape\" appears twice")]
    [InlineData("""{"inputs":[{"name":"wide","datatype":"FP32","datatype":"FP32"}]}""", "\"datatype\" appears twice")]
    [InlineData("""{"inputs":[{"name":"wide","data":[],"data":[]}]}""", "\"data\" appears twice")]
    [InlineData("""{"outputs":[{"name":"wide_out","parameters":{"binary_data":true,"binary_data":true}}]}""", "\"binary_data\" appears twice")]
    [InlineData("""{"outputs":[{"name":"wide_out","parameters":{"classification":1,"classification":1}}]}""", "\"classification\" appears twice")]
    [InlineData("""{"parameters":{"timeout":1,"timeout":1}}""", "\"timeout\" appears twice")]
    [InlineData("""{"parameters":{"segment.a":"1","segment.a":"1"}}""", "\"segment.a\" appears twice")]
    public async Task What_is_said_twice_is_refused(string body, string message)
    {
        var answer = await _server.PostAsync(Wide, body, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.StartsWith(message, answer.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 0xFF })]
    [InlineData(new byte[] { 0xC0, 0xAF })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData(new byte[] { 0xF4, 0x90, 0x80, 0x80 })]
    public async Task Bytes_that_are_no_UTF8_are_refused_wherever_they_stand(byte[] wrong)
    {
        foreach (var place in new[] { "\"id\":\"{0}\"", "\"{0}\":1", "\"parameters\":{\"sticky_key\":\"{0}\"}" })
        {
            var at = place.IndexOf("{0}", StringComparison.Ordinal);
            var (before, after) = (place[..at], place[(at + 3)..]);
            using var content = new ByteArrayContent([.. Encoding.UTF8.GetBytes($"{{{before}"), .. wrong, .. Encoding.UTF8.GetBytes($"{after},\"inputs\":[]}}")]);

            var answer = await _server.SendAsync(Wide, content, Cancel);

            Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
            Assert.Equal("The request is not UTF-8 text.", answer.Error);
        }
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task A_bomb_is_unpacked_no_further_than_the_bound(string encoding)
    {
        // A hundred megabytes of blanks in a hundred kilobytes.
        using var content = new ByteArrayContent(Pack(encoding, Enumerable.Repeat(Enumerable.Repeat((byte)' ', 1 << 20).ToArray(), 100)));
        content.Headers.Add("Content-Encoding", encoding);

        var answer = await _server.SendAsync(Wide, content, Cancel);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.Status);
        Assert.Contains("4000000 bytes, the most that is taken, also when unpacked", answer.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task A_packed_body_that_ends_too_early_is_refused(string encoding)
    {
        // What ends a packed body is a checksum, of 8 bytes and 4: without it all of the content is there, and is answered.
        var whole = Pack(encoding, [Encoding.UTF8.GetBytes(Good)]);
        var needed = whole.Length - (encoding == "gzip" ? 9 : 5);
        for (var length = 0; length < needed; length++)
        {
            using var content = new ByteArrayContent(whole, 0, length);
            content.Headers.Add("Content-Encoding", encoding);

            var answer = await _server.SendAsync(Wide, content, Cancel);

            Assert.True(answer.Status == HttpStatusCode.BadRequest, $"{length} of {whole.Length} bytes: {answer.Json.GetRawText()}");
            Assert.EndsWith(".", answer.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_body_that_ends_before_its_length_has_nobody_left_to_answer_and_hurts_nobody()
    {
        using var connection = await RawConnection.OpenAsync(_server, Cancel);
        await connection.SendAsync(RawConnection.Request(Wide, Good, length: Good.Length + 10), Cancel);
        connection.Finish();

        var closed = await Record.ExceptionAsync(() => connection.ReadAsync(Cancel));

        Assert.True(closed is EndOfStreamException or SocketException, $"{closed}");

        Assert.Equal(HttpStatusCode.OK, (await _server.PostAsync(Wide, Good, Cancel)).Status);
    }

    [Fact]
    public async Task A_body_that_is_longer_than_it_says_is_cut_and_what_is_left_is_no_request()
    {
        using var connection = await RawConnection.OpenAsync(_server, Cancel);
        await connection.SendAsync((byte[])[.. RawConnection.Request(Wide, Good, length: Good.Length - 10), .. "\r\n\r\n"u8], Cancel);

        var (first, body) = await connection.ReadAsync(Cancel);
        var (second, _) = await connection.ReadAsync(Cancel);

        Assert.Equal((400, 400), (first, second));
        Assert.Contains("\"error\"", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_one_behind_the_other_are_answered_in_their_order()
    {
        using var connection = await RawConnection.OpenAsync(_server, Cancel);
        var requests = Enumerable.Range(0, 20).SelectMany(i => RawConnection.Request(Wide, i % 5 == 4 ? "{" : $"{{\"id\":\"{i}\",{Good[1..]}")).ToArray();
        await connection.SendAsync(requests, Cancel);

        for (var i = 0; i < 20; i++)
        {
            var (status, body) = await connection.ReadAsync(Cancel);
            Assert.Equal(i % 5 == 4 ? 400 : 200, status);
            Assert.Contains(i % 5 == 4 ? "error" : $"\"id\":\"{i}\"", body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_caller_that_leaves_in_the_middle_hurts_nobody()
    {
        for (var i = 0; i < 20; i++)
        {
            using var connection = await RawConnection.OpenAsync(_server, Cancel);
            await connection.SendAsync(RawConnection.Request(Wide, Good).AsMemory()[..^(i + 1)], Cancel);
        }

        Assert.Equal(HttpStatusCode.OK, (await _server.PostAsync(Wide, Good, Cancel)).Status);
    }

    private static byte[] Pack(string encoding, IEnumerable<byte[]> blocks)
    {
        using var packed = new MemoryStream();
        using (Stream packer = encoding == "gzip" ? new GZipStream(packed, CompressionLevel.Optimal) : new ZLibStream(packed, CompressionLevel.Optimal))
        {
            foreach (var block in blocks)
            {
                packer.Write(block);
            }
        }

        return packed.ToArray();
    }
}
