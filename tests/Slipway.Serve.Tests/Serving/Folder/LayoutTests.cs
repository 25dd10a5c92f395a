using System.Net;
using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Serving;
using Slipway.Serving.Repository;

namespace Slipway.Serve.Tests.Serving.Folder;

public sealed class LayoutTests : IDisposable
{
    private readonly ModelFolder _models = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _models.Dispose();

    [Fact]
    public async Task The_newest_version_of_a_folder_answers_and_says_its_number()
    {
        _models.Onnx("add/1/model.onnx", 10);
        _models.Onnx("add/12/model.onnx", 120);
        _models.Onnx("add/9/model.onnx", 90);
        await using var server = await _models.ServeAsync(Cancel);

        var answer = await server.AskAsync("add", Cancel);

        Assert.Equal([121.0, 122, 123], answer.Json.GetProperty("outputs")[0].GetProperty("data").EnumerateArray().Select(v => v.GetDouble()));
        Assert.Equal("12", answer.Json.GetProperty("model_version").GetString());
        Assert.Equal("stable", answer.Role);
        Assert.Equal(HttpStatusCode.OK, (await server.AskAsync("add/versions/12", Cancel)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await server.AskAsync("add/versions/9", Cancel)).Status);
        var metadata = (await server.GetAsync("/v2/models/add", Cancel)).Json;
        Assert.Equal("12", metadata.GetProperty("versions")[0].GetString());
        Assert.Equal("onnx_onnxv1", metadata.GetProperty("platform").GetString());
        Assert.Empty(_models.Said);
    }

    [Fact]
    public async Task Bare_files_are_models_of_version_1_and_other_texts_are_not()
    {
        _models.Onnx("add.onnx", 5);
        _models.Trees("bikes.txt", "first", schema: false);
        _models.Text("readme.txt", "These are our models.");
        await using var server = await _models.ServeAsync(Cancel);

        Assert.Equal("1", (await server.AskAsync("add", Cancel)).Json.GetProperty("model_version").GetString());
        var trees = await server.PostAsync("/v2/models/bikes/infer", """{"inputs":[{"name":"m","datatype":"FP64","shape":[1,2],"data":[20,2]}]}""", Cancel);

        Assert.Equal(ServingServer.First, trees.Prediction, 1e-12);
        Assert.Equal(["add", "bikes"], server.Repository().List().Select(m => m.Name));
        Assert.Empty(_models.Said);
    }

    [Fact]
    public async Task Trees_lie_in_a_versions_folder_with_their_schema()
    {
        _models.Trees("bikes/3/model.txt", "second");
        await using var server = await _models.ServeAsync(Cancel);

        var answer = await server.PostAsync("/v2/models/bikes/infer", Requests.Summer, Cancel);

        Assert.Equal(ServingServer.Second, answer.Prediction, 1e-12);
        Assert.Equal("3", answer.Json.GetProperty("model_version").GetString());
    }

    [Fact]
    public async Task An_MLflow_folder_takes_the_columns_of_its_signature_and_the_matrix_that_the_model_has()
    {
        _models.Onnx("churn/model.onnx", 7);
        _models.Text("churn/MLmodel", """
            artifact_path: churn
            flavors:
              onnx:
                data: model.onnx
                onnx_version: 1.16.0
              python_function:
                loader_module: mlflow.onnx
            signature:
              inputs: '[{"type": "double", "name": "age", "required": true}, {"type": "long", "name": "visits", "required": true}, {"type": "float", "name": "spent", "required": true}]'
            """);
        await using var server = await _models.ServeAsync(Cancel);

        var columns = await server.PostAsync("/v2/models/churn/infer", """
            {"inputs":[{"name":"spent","datatype":"FP64","shape":[2],"data":[3,6]},{"name":"age","datatype":"INT32","shape":[2],"data":[1,4]},{"name":"visits","datatype":"FP32","shape":[2,1],"data":[2,5]}]}
            """, Cancel);
        var matrix = await server.AskAsync("churn", Cancel);

        Assert.Equal([8.0, 9, 10, 11, 12, 13], columns.Json.GetProperty("outputs")[0].GetProperty("data").EnumerateArray().Select(v => v.GetDouble()));
        Assert.Equal(8, matrix.Prediction);
        Assert.Equal("1", matrix.Json.GetProperty("model_version").GetString());
        var inputs = (await server.GetAsync("/v2/models/churn", Cancel)).Json.GetProperty("inputs");
        Assert.Equal(["age", "visits", "spent"], inputs.EnumerateArray().Select(i => i.GetProperty("name").GetString()!));
    }

    [Theory]
    [InlineData("flavors: {sklearn: {pickled_model: model.pkl}, python_function: {}}", "sklearn, python_function, of which none is loaded. Convert the model to ONNX")]
    [InlineData("flavors: {onnx: {data: ../../etc/passwd}}", "'../../etc/passwd' contains '..'")]
    [InlineData("flavors: [", "this is not YAML")]
    [InlineData("{}", "the flavours none")]
    [InlineData("flavors: {onnx: {data: model.onnx}}\nsignature: {inputs: '7'}", "signature.inputs is not the list of columns")]
    public async Task An_MLflow_folder_that_cannot_be_loaded_says_why_and_the_others_answer(string description, string expected)
    {
        _models.Onnx("churn/model.onnx", 7);
        _models.Text("churn/MLmodel", description);
        _models.Onnx("add.onnx", 5);
        await using var server = await _models.ServeAsync(Cancel);

        Assert.Contains(_models.Said, said => said.Contains(expected, StringComparison.Ordinal));
        Assert.Equal(5, await server.BiasAsync("add", Cancel));
        var listed = server.Repository().List().Single(m => m.Name == "churn");
        Assert.Equal(RepositoryModelState.Unavailable, listed.State);
        Assert.Contains(expected, listed.Reason, StringComparison.Ordinal);
        Assert.StartsWith("Request for unknown model", (await server.AskAsync("churn", Cancel)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_served_is_named_at_start_and_the_others_answer()
    {
        _models.Onnx("add.onnx", 5);
        _models.Onnx("Bike Demand/1/model.onnx", 1);
        _models.Onnx("same/1/model.onnx", 2);
        _models.Onnx("same.onnx", 3);
        _models.Onnx("loose/model.onnx", 4);
        _models.Bytes("forest.pkl", [0x80, 4, 0x95]);
        _models.Text("torn/1/model.onnx", "no model");
        _models.Text("empty/config.pbtxt", "");
        Directory.CreateDirectory(Path.Combine(_models.Root, ".git", "1"));
        Directory.CreateSymbolicLink(Path.Combine(_models.Root, "out"), Path.GetTempPath());
        await using var server = await _models.ServeAsync(Cancel);

        Assert.Equal(5, await server.BiasAsync("add", Cancel));
        Assert.Equal(2, await server.BiasAsync("same", Cancel));
        Assert.Equal(["add Ready", "empty Unavailable", "same Ready", "torn Unavailable"], server.Repository().List().Select(m => $"{m.Name} {m.State}"));
        foreach (var expected in new[]
        {
            "Bike Demand is not served: 'Bike Demand' is not a name for a deployment.", "'bike-demand' would do.",
            "same.onnx is not served: same has the same name.", "loose is not served: its model.onnx lies in no version's folder.",
            "forest.pkl is not served", "Version 1 of torn cannot be loaded", "empty has no version.", "out is not served", "leads out of its folder",
        })
        {
            Assert.Contains(_models.Said, said => said.Contains(expected, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_deployment_that_was_released_keeps_its_name_and_one_that_is_released_later_takes_it()
    {
        var before = await ServingServer.StartAsync(Cancel);
        await before.DeployAsync("bikes", both: false, Cancel);
        var data = await before.StopAsync();
        _models.Onnx("bikes/1/model.onnx", 1);
        _models.Onnx("later/1/model.onnx", 2);
        await using var server = await _models.ServeAsync(new ModelFolderOptions(), null, Cancel, data);

        Assert.Contains(_models.Said, said => said.StartsWith("bikes answers with what was released from the registry", StringComparison.Ordinal));
        Assert.Equal(ServingServer.First, (await server.PostAsync("/v2/models/bikes/infer", Requests.Summer, Cancel)).Prediction, 1e-12);
        Assert.Equal(2, await server.BiasAsync("later", Cancel));

        var version = await server.AddVersionAsync("later-model", "second", Cancel);
        await server.Deployments.DeployAsync("later", version, Actor.Local, null, Cancel);

        Assert.Equal(ServingServer.Second, (await server.PostAsync("/v2/models/later/infer", Requests.Summer, Cancel)).Prediction, 1e-12);
        Assert.Equal(["bikes 1.0.0", "later 1.0.0"], server.Repository().List().Select(m => $"{m.Name} {m.Version}"));
        var refused = await Assert.ThrowsAsync<SlipwayException>(() => server.Repository().LoadAsync("later", Cancel));
        Assert.Equal(ErrorKind.Conflict, refused.Kind);
        await Assert.ThrowsAsync<SlipwayException>(() => server.Repository().UnloadAsync("bikes", Cancel));
    }
}
