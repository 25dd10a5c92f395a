using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Serving.Routing;

namespace Slipway.Serve.Tests.Serving.Folder;

public sealed class ConfiguredModelTests : IDisposable
{
    private readonly ModelFolder _models = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _models.Dispose();

    [Fact]
    public async Task A_configuration_that_fits_its_model_is_taken_and_its_settings_go_with_the_version()
    {
        _models.Onnx("add/1/net.onnx", 10);
        _models.Text("add/labels.txt", "red\ngreen\nblue\n");
        _models.Text("add/config.pbtxt", """
            name: "add" platform: "onnxruntime_onnx" max_batch_size: 8
            default_model_filename: "net.onnx"
            input { name: "x" data_type: TYPE_FP32 dims: 3 }
            output { name: "y" data_type: TYPE_FP32 dims: 3 label_filename: "labels.txt" }
            dynamic_batching { max_queue_delay_microseconds: 100 }
            model_warmup { name: "w" }
            optimization {}
            """);
        await using var server = await _models.ServeAsync(Cancel);

        Assert.Equal(10, await server.BiasAsync("add", Cancel));
        var served = server.Services.GetRequiredService<VersionServer>().Get("add", "1").Version;
        Assert.Equal(["red", "green", "blue"], served.Signature.Labels);
        Assert.Equal((8, TimeSpan.FromMicroseconds(100)), (served.Loaded.Runner.Settings.MaxBatch, served.Loaded.Runner.Settings.MaxDelay));
        Assert.Equal(["add: config.pbtxt says model_warmup, optimization, which Slipway does not act on."], _models.Said);
    }

    [Fact]
    public async Task Dimensions_that_the_configuration_closes_are_the_contract_of_callers()
    {
        _models.Onnx("add/1/model.onnx", 10, -1, -1);
        _models.Text("add/config.pbtxt", """max_batch_size: 4 input { name: "x" data_type: TYPE_FP32 dims: 3 }""");
        await using var server = await _models.ServeAsync(Cancel);

        Assert.Equal(10, await server.BiasAsync("add", Cancel));
        var shape = (await server.GetAsync("/v2/models/add", Cancel)).Json.GetProperty("inputs")[0].GetProperty("shape");
        Assert.Equal([-1L, 3], shape.EnumerateArray().Select(d => d.GetInt64()));
        var refused = await server.PostAsync("/v2/models/add/infer", """{"inputs":[{"name":"x","datatype":"FP32","shape":[1,2],"data":[1,2]}]}""", Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
    }

    [Fact]
    public async Task A_reshaped_tensor_is_what_callers_see()
    {
        _models.Onnx("add/1/model.onnx", 10, -1);
        _models.Text("add/config.pbtxt", """
            max_batch_size: 4
            input { name: "x" data_type: TYPE_FP32 dims: 1 reshape { shape: [] } }
            output { name: "y" data_type: TYPE_FP32 dims: [1, 1] reshape { shape: [] } }
            """);
        await using var server = await _models.ServeAsync(Cancel);

        var answer = await server.PostAsync("/v2/models/add/infer", """{"inputs":[{"name":"x","datatype":"FP32","shape":[2,1],"data":[1,2]}]}""", Cancel);

        var output = answer.Json.GetProperty("outputs")[0];
        Assert.Equal([2L, 1, 1], output.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64()));
        Assert.Equal([11.0, 12], output.GetProperty("data").EnumerateArray().Select(v => v.GetDouble()));
    }

    [Theory]
    [InlineData("name: \"other\"", "is of a model 'other', but lies in the folder 'add'")]
    [InlineData("max_batch_size: 8 input { name: \"z\" data_type: TYPE_FP32 dims: 3 }", "names the input 'z', but the model's inputs are x")]
    [InlineData("max_batch_size: 8 input { name: \"x\" data_type: TYPE_FP64 dims: 3 }", "says that the input 'x' is FP64, but the model has FP32")]
    [InlineData("max_batch_size: 8 input { name: \"x\" data_type: TYPE_FP32 dims: 4 }", "gives the input 'x' the dimensions [4] after the batch dimension, but the model has [-1,3]")]
    [InlineData("max_batch_size: 8 input { name: \"x\" data_type: TYPE_FP32 dims: [-1, 3] }", "gives the input 'x' the dimensions [-1,3] after the batch dimension")]
    [InlineData("input { name: \"x\" data_type: TYPE_FP32 dims: 3 }", "gives the input 'x' the dimensions [3], but the model has [-1,3]")]
    [InlineData("output { name: \"x\" data_type: TYPE_FP32 dims: 3 }", "names the output 'x', but the model's outputs are y")]
    [InlineData("max_batch_size: 8 input { name: \"x\" data_type: TYPE_FP32 dims: [2] reshape { shape: 3 } }", "reshapes the input 'x' from [2] to [3]")]
    [InlineData("default_model_filename: \"../model.onnx\"", "'../model.onnx' contains '..'")]
    [InlineData("default_model_filename: \"net.onnx\"", "There is no model at")]
    [InlineData("max_batch_size: 8 output { name: \"y\" data_type: TYPE_FP32 dims: 3 label_filename: \"l.txt\" }", "names the labels l.txt, and there is no such file beside it")]
    [InlineData("version_policy { specific { versions: 7 } }", "add has the versions 1, none of which its version_policy asks for")]
    [InlineData("backend: \"tensorflow\"", "backend 'tensorflow' is not run by Slipway")]
    public async Task A_configuration_that_does_not_fit_is_refused_with_what_differs(string text, string expected)
    {
        _models.Onnx("add/1/model.onnx", 10);
        _models.Text("add/config.pbtxt", text);
        await using var server = await _models.ServeAsync(Cancel);

        Assert.Contains(_models.Said, said => said.Contains(expected, StringComparison.Ordinal));
        Assert.Contains(expected, Assert.Single(server.Repository().List()).Reason, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await server.AskAsync("add", Cancel)).Status);
    }

    [Fact]
    public async Task A_model_without_a_batch_dimension_says_so_to_a_configuration_with_one()
    {
        _models.Onnx("add/1/model.onnx", 10, 1, 3);
        _models.Text("add/config.pbtxt", "max_batch_size: 8");
        await using var server = await _models.ServeAsync(Cancel);

        Assert.Contains(_models.Said, said => said.Contains("has shape [1,3], which has no open first dimension; say max_batch_size: 0", StringComparison.Ordinal));
    }

    [Fact]
    public async Task All_versions_of_a_policy_answer_by_number_and_the_highest_without_one()
    {
        _models.Onnx("add/1/model.onnx", 10);
        _models.Onnx("add/2/model.onnx", 20);
        _models.Onnx("add/3/model.onnx", 30);
        _models.Text("add/config.pbtxt", "version_policy { latest { num_versions: 2 } }");
        await using var server = await _models.ServeAsync(Cancel);

        Assert.Equal(30, await server.BiasAsync("add", Cancel));
        Assert.Equal(30, await server.BiasAsync("add/versions/3", Cancel));
        Assert.Equal(20, await server.BiasAsync("add/versions/2", Cancel));
        var unknown = await server.AskAsync("add/versions/1", Cancel);
        Assert.Equal("Request for unknown model: 'add' version '1' is not found. The versions that answer are 3, 2.", unknown.Error);
        Assert.Equal(["3 Ready", "2 Ready"], server.Repository().List().Select(m => $"{m.Version} {m.State}"));
    }

    [Fact]
    public async Task Of_all_versions_a_broken_one_is_named_and_the_others_answer()
    {
        _models.Onnx("add/1/model.onnx", 10);
        _models.Text("add/2/model.onnx", "torn");
        _models.Text("add/config.pbtxt", "version_policy { all {} }");
        await using var server = await _models.ServeAsync(Cancel);

        Assert.Equal(10, await server.BiasAsync("add", Cancel));
        Assert.Equal(["1 Ready", "2 Unavailable"], server.Repository().List().Select(m => $"{m.Version} {m.State}"));
        Assert.Contains(_models.Said, said => said.StartsWith("Version 2 of add does not answer: model.onnx is no usable ONNX model", StringComparison.Ordinal));
    }
}
