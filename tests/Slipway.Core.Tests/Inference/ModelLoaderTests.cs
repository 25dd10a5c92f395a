using Slipway.Core.Errors;
using Slipway.Inference;
using Slipway.Inference.Onnx;
using Slipway.Inference.Tensors;

namespace Slipway.Core.Tests.Inference;

public sealed class ModelLoaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("model.pkl", "", "is a Python pickle. Loading it would execute what it contains")]
    [InlineData("model.joblib", "", "is a Python pickle. Loading it would execute what it contains")]
    [InlineData("model.onnx", "800495", "is a Python pickle. Loading it would execute what it contains")]
    [InlineData("model.txt", "800263", "is a Python pickle. Loading it would execute what it contains")]
    [InlineData("model.pt", "", "export the model with torch.onnx.export")]
    [InlineData("weights.onnx", "504B0304", "is a zip archive")]
    [InlineData("model.h5", "", "is a Keras model")]
    [InlineData("model.onnx", "894844460D0A1A0A", "is an HDF5 file")]
    [InlineData("model.onnx", "1F8B08", "is gzip-compressed")]
    [InlineData("model.onnx", "000000004F52544D00", "flatbuffer")]
    [InlineData("saved_model.pb", "", "is a TensorFlow model")]
    [InlineData("model.txt", "", "model.txt is empty.")]
    [InlineData("model.txt", "68656C6C6F", "is no LightGBM text model: its first line is not 'tree'")]
    [InlineData("model.bst", "68656C6C6F", "is neither an ONNX model (.onnx) nor a LightGBM text model (.txt)")]
    [InlineData("MLmodel", "68656C6C6F", "describes an MLflow model")]
    public void Another_kind_of_file_is_refused_with_the_reason(string name, string hex, string reason)
    {
        var path = _folder.Write(name, Convert.FromHexString(hex));

        var single = Refused(path);
        Assert.StartsWith(name, single, StringComparison.Ordinal);
        Assert.Contains(reason, single, StringComparison.Ordinal);
        Assert.Contains(name is "model.bst" ? "has no model.onnx and no model.txt" : name == "weights.onnx" ? "is a zip archive" : reason, Refused(_folder.Path), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_needs_exactly_one_model()
    {
        Assert.Equal($"{_folder.Path} has no model.onnx and no model.txt.", Refused(_folder.Path));
        Assert.Equal($"There is no model at {_folder.Path}/nowhere.", Refused(Path.Combine(_folder.Path, "nowhere")));

        _folder.Write("model.onnx", "");
        _folder.Write("model.txt", "");
        Assert.Equal($"{_folder.Path} holds both model.onnx and model.txt. Keep the one that is the model.", Refused(_folder.Path));
    }

    [Fact]
    public void A_schema_is_written_read_and_every_mistake_in_it_named()
    {
        var schema = new TabularSchema("multiclass", [new("a"), new("b", ["x", "", "ä"])], ["0", "1", "2"]);
        var path = Path.Combine(_folder.Path, TabularSchema.FileName);
        schema.Save(path);
        var read = TabularSchema.Load(path);

        Assert.Equal(schema.Task, read.Task);
        Assert.Null(read.Columns[0].Categories);
        Assert.Equal(["x", "", "ä"], read.Columns[1].Categories);
        Assert.Equal(schema.Labels, read.Labels);
        Assert.DoesNotContain("\"categories\": null", File.ReadAllText(path), StringComparison.Ordinal);

        _folder.Write(TabularSchema.FileName, """{"task":"guess","columns":[{"name":"a"},{"name":"a","categories":["x","x",null]},{}],"labels":["1","1"]}""");
        var error = Assert.Throws<SlipwayException>(() => TabularSchema.Load(path));
        Assert.Equal(6, error.Details.Count);
        Assert.StartsWith("model.json is not usable: task is 'guess', but must be regression, binary or multiclass; ", error.Message, StringComparison.Ordinal);

        _folder.Write(TabularSchema.FileName, "{\n\"task\": [");
        Assert.Contains("line 2", Assert.Throws<SlipwayException>(() => TabularSchema.Load(path)).Message, StringComparison.Ordinal);
        _folder.Write(TabularSchema.FileName, "null");
        Assert.Throws<SlipwayException>(() => TabularSchema.Load(path));
    }

    [Theory]
    [InlineData("0::/app", "cpu.max", "150000 100000", 1)]
    [InlineData("0::/app", "app/cpu.max", "200000 100000", 2)]
    [InlineData("0::/app", "cpu.max", "max 100000", 1024)]
    [InlineData("0::/app", "cpu.max", "50000 100000", 1)]
    [InlineData("0::/app", "cpu.max", "rubbish", 1024)]
    [InlineData("4:cpu,cpuacct:/app", "cpu/app/cpu.cfs_quota_us", "200000", 2)]
    [InlineData("4:cpu,cpuacct:/app", "cpu,cpuacct/cpu.cfs_quota_us", "200000", 2)]
    [InlineData("4:cpu,cpuacct:/app", "cpu/cpu.cfs_quota_us", "-1", 1024)]
    public void The_containers_limit_is_read_from_either_version_of_cgroups(string membership, string file, string content, int expected)
    {
        var group = _folder.Write("cgroup", membership);
        var path = Path.Combine(_folder.Path, "fs", file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        if (file.EndsWith("quota_us", StringComparison.Ordinal))
        {
            File.WriteAllText(path.Replace("quota", "period", StringComparison.Ordinal), "100000");
        }

        Assert.Equal(Math.Min(expected, Environment.ProcessorCount), CpuLimit.Processors(Path.Combine(_folder.Path, "fs"), group));
    }

    [Fact]
    public async Task A_model_is_retired_while_requests_run_and_none_meets_a_disposed_one()
    {
        // The current model changes again and again under the hands of four callers, as in a rollout.
        var current = new LoadedModel(Load());
        var ran = new TaskCompletionSource();
        using var done = new CancellationTokenSource();
        var callers = Parallel.ForAsync(0, 4, TestContext.Current.CancellationToken, (_, _) =>
        {
            TensorSet inputs = new(), outputs = new();
            while (!done.IsCancellationRequested)
            {
                if (!Volatile.Read(ref current).TryLease(out var lease))
                {
                    continue;
                }

                using (lease)
                {
                    inputs.Clear();
                    inputs.Add("x", TensorType.Float32, [1, 3]).Values<float>().Fill(1);
                    lease.Model.Run(inputs, outputs);
                    Assert.Equal(3.75f, outputs[0].Values<float>()[0]);
                    ran.TrySetResult();
                }
            }

            return ValueTask.CompletedTask;
        });

        await ran.Task;
        for (var i = 0; i < 50; i++)
        {
            Interlocked.Exchange(ref current, new LoadedModel(Load())).Retire();
        }

        await done.CancelAsync();
        await callers;
        current.Retire();
        Assert.False(current.TryLease(out _));

        IModel Load() => ModelLoader.Load(TestModels.Path("linear.onnx"), new ModelLoadOptions(Threads: 2));
    }

    public void Dispose() => _folder.Dispose();

    private static string Refused(string path)
    {
        var error = Assert.Throws<SlipwayException>(() => ModelLoader.Load(path, new ModelLoadOptions()));
        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        return error.Message;
    }
}
