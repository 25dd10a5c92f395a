using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using Slipway.Serving;

namespace Slipway.Serve.Tests.Serving;

/// <summary>Answers are packed when the caller takes it and gains by it.</summary>
public sealed class AnswerPackingTests(AnswerPackingTests.Bikes bikes) : IClassFixture<AnswerPackingTests.Bikes>
{
    private const int Rows = 400;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("gzip, deflate, br", "gzip")]
    [InlineData("deflate", "deflate")]
    [InlineData("GZIP", "gzip")]
    [InlineData("x-gzip", "gzip")]
    [InlineData("gzip;q=0.5, deflate;q=0.8", "deflate")]
    [InlineData("gzip;q=0.5", "gzip")]
    [InlineData("gzip;q=0, deflate", "deflate")]
    [InlineData("gzip;q=0.5, identity", null)]
    [InlineData("gzip;q=0.5, identity;q=0.4", "gzip")]
    [InlineData("gzip, identity;q=1", "gzip")]
    [InlineData("gzip;q=0, deflate;q=0.0", null)]
    [InlineData("*", "gzip")]
    [InlineData("*;q=0.1, gzip;q=0", "deflate")]
    [InlineData("br", null)]
    [InlineData("identity", null)]
    [InlineData("gzip;q=much", null)]
    [InlineData("gzip;q=2", null)]
    [InlineData(null, null)]
    public async Task A_large_answer_is_packed_as_the_caller_prefers(string? accepted, string? expected)
    {
        using var response = await PostAsync(accepted, Rows);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(expected, response.Content.Headers.ContentEncoding.SingleOrDefault());
        var json = JsonSerializer.Deserialize<JsonElement>(await UnpackAsync(response));
        Assert.All(json.GetProperty("outputs")[0].GetProperty("data").EnumerateArray(), row => Assert.Equal(ServingServer.First, row.GetDouble(), 1e-12));
    }

    [Fact]
    public async Task A_small_answer_goes_as_it_is_unless_the_caller_takes_only_packed_ones()
    {
        using var small = await PostAsync("gzip", 1);
        using var forced = await PostAsync("gzip, identity;q=0", 1);
        using var star = await PostAsync("deflate, *;q=0", 1);

        Assert.Empty(small.Content.Headers.ContentEncoding);
        Assert.Equal("gzip", forced.Content.Headers.ContentEncoding.Single());
        Assert.Equal("deflate", star.Content.Headers.ContentEncoding.Single());
        Assert.Contains("256.97", Encoding.UTF8.GetString(await UnpackAsync(forced)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("identity;q=0")]
    [InlineData("*;q=0")]
    [InlineData("br, *;q=0")]
    public async Task A_caller_that_takes_no_answer_at_all_is_told_so(string accepted)
    {
        using var response = await PostAsync(accepted, 1);

        Assert.Equal(HttpStatusCode.NotAcceptable, response.StatusCode);
        var error = JsonSerializer.Deserialize<JsonElement>(await UnpackAsync(response)).GetProperty("error").GetString();
        Assert.StartsWith($"The request's Accept-Encoding '{accepted}' allows no answer", error, StringComparison.Ordinal);
    }

    private static async Task<byte[]> UnpackAsync(HttpResponseMessage response)
    {
        await using var body = await response.Content.ReadAsStreamAsync(Cancel);
        await using var unpacked = response.Content.Headers.ContentEncoding.SingleOrDefault() switch
        {
            "gzip" => new GZipStream(body, CompressionMode.Decompress),
            "deflate" => new ZLibStream(body, CompressionMode.Decompress),
            _ => body,
        };
        using var bytes = new MemoryStream();
        await unpacked.CopyToAsync(bytes, Cancel);
        return bytes.ToArray();
    }

    private async Task<HttpResponseMessage> PostAsync(string? accepted, int rows)
    {
        var temps = string.Join(',', Enumerable.Repeat("20", rows));
        var seasons = string.Join(',', Enumerable.Repeat("\"summer\"", rows));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v2/models/bikes/infer")
        {
            Content = new StringContent(
                $$"""{"inputs":[{"name":"temp","shape":[{{rows}}],"datatype":"FP64","data":[{{temps}}]},{"name":"season","shape":[{{rows}}],"datatype":"BYTES","data":[{{seasons}}]}]}"""),
        };
        if (accepted is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
        }

        return await bikes.Server.Client.SendAsync(request, Cancel);
    }

    public sealed class Bikes : IAsyncLifetime
    {
        public ServingServer Server { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Server = await ServingServer.StartAsync(new ServingOptions { CompressFromBytes = 4000 }, null, null, Cancel);
            await Server.DeployAsync("bikes", both: false, Cancel);
        }

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
