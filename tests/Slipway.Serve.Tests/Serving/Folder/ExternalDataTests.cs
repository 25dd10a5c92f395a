using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Slipway.Serving;
using Slipway.Serving.Repository;

namespace Slipway.Serve.Tests.Serving.Folder;

/// <summary>ONNX models whose weights lie in a second file, which somebody writes to while they are served. Such weights are mapped into memory, not read.</summary>
public sealed class ExternalDataTests : IDisposable
{
    // 256 KB: many pages of memory.
    private const int Width = 64 << 10;

    private readonly ModelFolder _models = new();
    private readonly string _data = Directory.CreateTempSubdirectory("slipway-external-").FullName;
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(50));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _models.Dispose();

    [Theory]
    [InlineData("net.onnx", "weights.bin")]
    [InlineData("net.onnx", "parts/weights.bin")]
    [InlineData("net/1/model.onnx", "net/1/weights.bin")]
    public async Task Weights_that_are_written_to_while_they_are_served_change_no_answer_until_they_are_loaded_anew(string model, string weights)
    {
        Write(weights, TinyOnnx.Weights(10, Width));
        _models.Bytes(model, TinyOnnx.Model(0, [-1, Width], Path.GetRelativePath(Path.GetDirectoryName(Path.Join(_models.Root, model))!, Path.Join(_models.Root, weights)), Width));
        await using var server = await _models.ServeAsync(new ModelFolderOptions { Poll = TimeSpan.FromSeconds(1) }, _time, Cancel, _data);
        var repository = server.Services.GetRequiredService<ModelRepository>();
        Assert.Equal(10, await BiasAsync(server));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_data, "data", "work")));

        // In place, as a copy does it that is not careful: shorter at first, then with some of the new values.
        Write(weights, []);
        Assert.Equal(10, await BiasAsync(server));
        await repository.LookAsync(Cancel);
        Write(weights, TinyOnnx.Weights(20, Width / 2));
        Assert.Equal(10, await BiasAsync(server));
        await repository.LookAsync(Cancel);
        Write(weights, TinyOnnx.Weights(20, Width));
        await repository.LookAsync(Cancel);
        Assert.Equal(10, await BiasAsync(server));

        await repository.LookAsync(Cancel);
        Assert.Equal(20, await BiasAsync(server));
        Assert.Empty(_models.Said);
    }

    [Fact]
    public async Task A_model_whose_weights_come_later_is_loaded_when_they_are_there()
    {
        _models.Bytes("net.onnx", TinyOnnx.Model(0, [-1, Width], "weights.bin", Width));
        await using var server = await _models.ServeAsync(new ModelFolderOptions { Poll = TimeSpan.FromSeconds(1) }, _time, Cancel, _data);
        var repository = server.Services.GetRequiredService<ModelRepository>();
        Assert.Contains("'weights.bin', and there is no such file beside it", Assert.Single(_models.Said), StringComparison.Ordinal);

        Write("weights.bin", TinyOnnx.Weights(10, Width));
        await repository.LookAsync(Cancel);
        await repository.LookAsync(Cancel);

        Assert.Equal(10, await BiasAsync(server));
    }

    // What all elements of the answer are.
    private static async Task<float> BiasAsync(ServingServer server)
    {
        var row = $$"""{"inputs":[{"name":"x","datatype":"FP32","shape":[1,{{Width}}],"data":[{{string.Join(',', Enumerable.Repeat('0', Width))}}]}]}""";
        var answer = await server.PostAsync("/v2/models/net/infer", row, Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return Assert.Single(answer.Json.GetProperty("outputs")[0].GetProperty("data").EnumerateArray().Select(e => e.GetSingle()).Distinct());
    }

    private void Write(string path, byte[] bytes)
    {
        var file = Path.Combine(_models.Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        using var stream = new FileStream(file, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        stream.SetLength(bytes.Length);
        stream.Write(bytes);
    }
}
