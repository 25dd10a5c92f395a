using System.Globalization;
using System.Text;

namespace Slipway.Serve.Tests.Serving.OpenInference;

/// <summary>The extension <c>binary_tensor_data</c>, as a client uses it.</summary>
public sealed class BinaryTensorTests(IdentityServer identity) : IClassFixture<IdentityServer>
{
    private const string Image = "/v2/models/image/infer";
    private const string Words = "/v2/models/words/infer";

    private readonly ServingServer _server = identity.Server;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bytes_behind_the_JSON_come_back_behind_the_JSON()
    {
        var pixels = BinaryRequest.Floats(1, 2, float.NaN, float.NegativeInfinity, -0f, float.Epsilon);
        using var content = BinaryRequest.Content(
            """{"id":"42","inputs":[{"name":"pixels","shape":[1,2,3],"datatype":"FP32","parameters":{"binary_data_size":24}}],"parameters":{"binary_data_output":true}}""", pixels);

        var answer = await BinaryRequest.SendAsync(_server, Image, content, Cancel);

        Assert.Equal("application/octet-stream", answer.ContentType);
        Assert.NotNull(answer.Header);
        Assert.Equal("42", answer.Json.GetProperty("id").GetString());
        Assert.Equal("""{"name":"pixels_out","datatype":"FP32","shape":[1,2,3],"parameters":{"binary_data_size":24}}""", answer.Output(0).GetRawText());
        Assert.Equal(pixels, answer.Binary);
    }

    [Theory]
    [InlineData("true", "true", true)]
    [InlineData("true", "false", false)]
    [InlineData("true", null, true)]
    [InlineData("false", "true", true)]
    [InlineData("false", null, false)]
    [InlineData(null, "true", true)]
    [InlineData(null, null, false)]
    public async Task What_an_output_says_goes_before_what_the_request_says(string? request, string? output, bool binary)
    {
        var parameters = output is null ? "" : $",\"parameters\":{{\"binary_data\":{output}}}";
        var all = request is null ? "" : $",\"parameters\":{{\"binary_data_output\":{request}}}";
        using var content = new StringContent(
            $$"""{"inputs":[{"name":"wide","shape":[1,2],"datatype":"FP32","data":[1,2.5]}],"outputs":[{"name":"wide_out"{{parameters}}}]{{all}}}""");

        var answer = await BinaryRequest.SendAsync(_server, "/v2/models/wide/infer", content, Cancel);

        Assert.Equal(binary, answer.Header is not null);
        Assert.Equal(binary ? "application/octet-stream" : "application/json", answer.ContentType);
        Assert.Equal(binary ? BinaryRequest.Floats(1, 2.5f) : [], answer.Binary);
        Assert.Equal(!binary, answer.Output(0).TryGetProperty("data", out _));
    }

    [Fact]
    public async Task Texts_carry_any_bytes_with_their_length_before_them()
    {
        var texts = BinaryRequest.Texts("é"u8.ToArray(), [], [0xFF, 0, 0xFE]);
        using var content = BinaryRequest.Content(
            $$$"""{"inputs":[{"name":"words","datatype":"BYTES","parameters":{"binary_data_size":{{{texts.Length}}}},"shape":[3]}],"parameters":{"binary_data_output":true}}""", texts);

        var answer = await BinaryRequest.SendAsync(_server, Words, content, Cancel);

        Assert.Equal(texts, answer.Binary);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_refused_as_JSON_with_the_way_out()
    {
        var texts = BinaryRequest.Texts([0xFF]);
        using var content = BinaryRequest.Content("""{"inputs":[{"name":"words","datatype":"BYTES","parameters":{"binary_data_size":5},"shape":[1]}]}""", texts);

        var answer = await BinaryRequest.SendAsync(_server, Words, content, Cancel);

        Assert.Equal(400, answer.Status);
        Assert.StartsWith("Element 0 of output 'words_out' of words cannot be sent as JSON", answer.Error, StringComparison.Ordinal);
        Assert.Contains("\"binary_data\": true", answer.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("image", "pixels", "FP32", "1,2,3", 24)]
    [InlineData("wide", "wide", "FP32", "1,5", 20)]
    [InlineData("flags", "flags", "BOOL", "3", 3)]
    public async Task A_raw_body_is_the_only_input_in_the_shape_that_its_length_says(string model, string input, string type, string shape, int bytes)
    {
        var body = Enumerable.Range(0, bytes).Select(i => (byte)(type == "BOOL" ? i % 2 : i)).ToArray();
        using var content = BinaryRequest.Content("", "0", body);

        var answer = await BinaryRequest.SendAsync(_server, $"/v2/models/{model}/infer", content, Cancel);

        Assert.Equal("application/json", answer.ContentType);
        Assert.Equal($"{input}_out", answer.Output(0).GetProperty("name").GetString());
        Assert.Equal($"[{shape}]", answer.Output(0).GetProperty("shape").GetRawText());
        Assert.Equal(type, answer.Output(0).GetProperty("datatype").GetString());
    }

    [Fact]
    public async Task A_raw_body_for_a_model_of_texts_is_one_text()
    {
        using var content = BinaryRequest.Content("", "0", "Zürich"u8.ToArray());

        var answer = await BinaryRequest.SendAsync(_server, Words, content, Cancel);

        Assert.Equal("""["Zürich"]""", $"[\"{answer.Output(0).GetProperty("data")[0].GetString()}\"]");
    }

    [Theory]
    [InlineData("types", 8, "types has 13 inputs, but a raw body")]
    [InlineData("image", 23, "Input 'pixels' of image is FP32 [-1,2,3], so a raw body of one row has 24 bytes, but this one has 23")]
    [InlineData("image", 48, "has 24 bytes, but this one has 48")]
    [InlineData("wide", 7, "a multiple of 4 bytes, but this one has 7")]
    [InlineData("flags", 3, "Element 2 of input 'flags' is 2, but a BOOL is 0 or 1")]
    public async Task A_raw_body_that_does_not_fit_is_refused(string model, int bytes, string message)
    {
        using var content = BinaryRequest.Content("", "0", [.. Enumerable.Range(0, bytes).Select(i => (byte)i)]);

        var answer = await BinaryRequest.SendAsync(_server, $"/v2/models/{model}/infer", content, Cancel);

        Assert.Equal(400, answer.Status);
        Assert.Contains(message, answer.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[1,2,3]", "FP32", 24, 20, "Input 'pixels' has binary_data_size 24, but 20 bytes of the body are left for it.")]
    [InlineData("[1,2,3]", "FP32", 24, 30, "6 bytes are left behind input 'pixels', the last that has binary_data_size.")]
    [InlineData("[1,2,3]", "FP32", 20, 20, "Input 'pixels' has shape [1, 2, 3] of FP32, which is 24 bytes, but its binary_data_size is 20.")]
    [InlineData("[1000000000,2,3]", "FP32", 24, 24, "which is 24000000000 bytes, but its binary_data_size is 24.")]
    [InlineData("[9000000000000000000,9000000000000000000,9000000000000000000]", "FP32", 24, 24, "but its binary_data_size is 24.")]
    [InlineData("[1000000000,1,1]", "BYTES", 24, 24, "which is 1000000000 lengths of 4 bytes each and the texts, but its binary_data_size is 24.")]
    [InlineData("[1,2,3]", "FP32", 9223372036854775807, 24, "Input 'pixels' has binary_data_size 9223372036854775807, but 24 bytes of the body are left for it.")]
    [InlineData("[1,2,3]", "FP64", 24, 24, "which is 48 bytes, but its binary_data_size is 24.")]
    [InlineData("[9000000000000000000,9000000000000000000,0]", "FP32", 0, 0, "Input 'pixels' has shape [9000000000000000000,9000000000000000000,0], but image takes [-1,2,3].")]
    public async Task A_size_that_lies_is_refused_with_the_name_of_the_input(string shape, string type, long size, int bytes, string message)
    {
        using var content = BinaryRequest.Content(
            $$$"""{"inputs":[{"name":"pixels","shape":{{{shape}}},"datatype":"{{{type}}}","parameters":{"binary_data_size":{{{size}}}}}]}""", new byte[bytes]);

        var answer = await BinaryRequest.SendAsync(_server, Image, content, Cancel);

        Assert.Equal(400, answer.Status);
        Assert.Contains(message, answer.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 5, 0, 0, 0, 1, 2, 3, 4 }, "Element 0 of input 'words' says that it has 5 bytes, but 4 are left of the input.")]
    [InlineData(new byte[] { 255, 255, 255, 255, 1, 2, 3, 4 }, "Element 0 of input 'words' says that it has 4294967295 bytes, but 4 are left of the input.")]
    [InlineData(new byte[] { 2, 0, 0, 0, 1, 2, 3, 4 }, "Input 'words' ends before the length of its element 1.")]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 9 }, "Input 'words' has 1 bytes left behind its 2 elements.")]
    public async Task Lengths_of_texts_that_lie_are_refused_with_the_name_of_the_input(byte[] texts, string message)
    {
        using var content = BinaryRequest.Content(
            $$$"""{"inputs":[{"name":"words","shape":[2],"datatype":"BYTES","parameters":{"binary_data_size":{{{texts.Length}}}}}]}""", texts);

        var answer = await BinaryRequest.SendAsync(_server, Words, content, Cancel);

        Assert.Equal(400, answer.Status);
        Assert.Equal(message, answer.Error);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1e2")]
    [InlineData("10000")]
    [InlineData("99999999999999999999")]
    [InlineData("")]
    [InlineData("1, 1")]
    public async Task A_length_of_the_JSON_that_is_none_is_refused(string header)
    {
        using var content = BinaryRequest.Content("{}", header, []);

        var answer = await BinaryRequest.SendAsync(_server, Image, content, Cancel);

        Assert.Equal(400, answer.Status);
        Assert.StartsWith($"The header {BinaryRequest.Header} is '{header}', but must be the length of the JSON", answer.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"inputs":[{"name":"pixels","shape":[1,2,3],"datatype":"FP32","parameters":{"binary_data_size":24}}]}""", false, "'pixels' has binary_data_size, but the request has no header")]
    [InlineData("""{"inputs":[{"name":"pixels","shape":[1,2,3],"datatype":"FP32","data":[1,2,3,4,5,6],"parameters":{"binary_data_size":24}}]}""", true, "'pixels' has both \"data\" and binary_data_size")]
    [InlineData("""{"inputs":[{"data":[1,2,3,4,5,6],"name":"pixels","shape":[1,2,3],"datatype":"FP32","parameters":{"binary_data_size":24}}]}""", true, "'pixels' has both \"data\" and binary_data_size")]
    [InlineData("""{"inputs":[{"name":"pixels","shape":[1,2,3],"datatype":"FP32","data":[1,2,3,4,5,6]}]}""", true, "24 bytes follow the JSON, but no input has the parameter binary_data_size.")]
    [InlineData("""{"inputs":[{"name":"pixels","shape":[1,2,3],"datatype":"FP32","parameters":{"binary_data_size":-1}}]}""", true, "'binary_data_size' with something at byte")]
    [InlineData("""{"inputs":[{"name":"pixels","shape":[1,2,3],"datatype":"FP32","parameters":{"binary_data_size":"24"}}]}""", true, "'binary_data_size' with something at byte")]
    [InlineData("""{"inputs":[{"name":"pixels","shape":[1,2,3],"datatype":"FP32","parameters":{"binary_data_size":24,"binary_data_size":24}}]}""", true, "\"binary_data_size\" appears twice")]
    [InlineData("""{"inputs":[{"name":"pixels","datatype":"FP32","parameters":{"binary_data_size":24}}]}""", true, "'pixels' has no \"shape\"")]
    [InlineData("""{"inputs":[{"name":"pixels","shape":[1,2,3],"parameters":{"binary_data_size":24}}]}""", true, "'pixels' has no \"datatype\"")]
    [InlineData("""{"inputs":[],"parameters":{"binary_data_output":1}}""", false, "'binary_data_output' with something at byte")]
    [InlineData("""{"inputs":[],"outputs":[{"name":"pixels_out","parameters":{"binary_data":"yes"}}]}""", false, "Output 'pixels_out' has the parameter 'binary_data' with something")]
    public async Task What_is_said_twice_or_half_is_refused(string json, bool binary, string message)
    {
        using HttpContent content = binary ? BinaryRequest.Content(json, new byte[24]) : new StringContent(json);

        var answer = await BinaryRequest.SendAsync(_server, Image, content, Cancel);

        Assert.Equal(400, answer.Status);
        Assert.Contains(message, answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_truth_value_is_0_or_1()
    {
        using var content = BinaryRequest.Content("""{"inputs":[{"name":"flags","shape":[3],"datatype":"BOOL","parameters":{"binary_data_size":3}}]}""", 1, 0, 7);

        var answer = await BinaryRequest.SendAsync(_server, "/v2/models/flags/infer", content, Cancel);

        Assert.Equal(400, answer.Status);
        Assert.Equal("Element 2 of input 'flags' is 7, but a BOOL is 0 or 1.", answer.Error);
    }

    [Fact]
    public async Task A_packed_body_counts_its_JSON_before_it_was_packed()
    {
        const string Json = """{"inputs":[{"name":"pixels","shape":[1,2,3],"datatype":"FP32","parameters":{"binary_data_size":24}}]}""";
        using var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Optimal))
        {
            gzip.Write([.. Encoding.UTF8.GetBytes(Json), .. BinaryRequest.Floats(1, 2, 3, 4, 5, 6)]);
        }

        using var content = new ByteArrayContent(packed.ToArray());
        content.Headers.Add("Content-Encoding", "gzip");
        content.Headers.Add(BinaryRequest.Header, Json.Length.ToString(CultureInfo.InvariantCulture));

        var answer = await BinaryRequest.SendAsync(_server, Image, content, Cancel);

        Assert.Equal("[1,2,3,4,5,6]", answer.Output(0).GetProperty("data").GetRawText());
    }
}
