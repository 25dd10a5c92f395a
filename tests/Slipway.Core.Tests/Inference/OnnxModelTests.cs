using System.Text;
using Slipway.Core.Errors;
using Slipway.Inference;
using Slipway.Inference.Tensors;

namespace Slipway.Core.Tests.Inference;

public sealed class OnnxModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Names_types_and_shapes_become_the_signature()
    {
        using var model = Load("linear");

        Assert.Equal("onnx", model.Format);
        Assert.False(model.Signature.Tabular);
        var input = Assert.Single(model.Signature.Inputs);
        Assert.Equal(("x", TensorType.Float32), (input.Name, input.Type));
        Assert.Equal([-1L, 3L], input.Shape);
        Assert.Equal([-1L, 2L], Assert.Single(model.Signature.Outputs).Shape);
    }

    [Fact]
    public void Every_run_answers_for_its_own_rows_when_the_number_of_rows_changes()
    {
        using var model = Load("linear");
        TensorSet inputs = new(), outputs = new();
        foreach (var rows in new[] { 1, 1, 3, 1, 64, 64, 2 })
        {
            inputs.Clear();
            var values = inputs.Add("x", TensorType.Float32, [rows, 3]).Values<float>();
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = i + rows;
            }

            model.Run(inputs, outputs);

            Assert.Equal([rows, 2L], outputs[0].Shape.ToArray());
            for (var row = 0; row < rows; row++)
            {
                float a = (row * 3) + rows, b = a + 1, c = a + 2;
                Assert.Equal((a + (2 * b) + (0.25f * c) + 0.5f), outputs[0].Values<float>()[row * 2], 1e-3f);
                Assert.Equal(((0.5f * a) - b + (4 * c) - 0.5f), outputs[0].Values<float>()[(row * 2) + 1], 1e-3f);
            }
        }
    }

    [Fact]
    public void Every_element_type_travels_both_ways()
    {
        using var model = Load("types");
        TensorSet inputs = new(), outputs = new();
        var random = new Random(5);
        foreach (var spec in model.Signature.Inputs)
        {
            var tensor = inputs.Add(spec.Name, spec.Type, [2, 2]);
            if (spec.Type == TensorType.Bytes)
            {
                tensor.Items[0] = "Zürich"u8.ToArray();
                tensor.Items[1] = ReadOnlyMemory<byte>.Empty;
                tensor.Items[2] = "a\0b"u8.ToArray();
                tensor.Items[3] = new byte[100_000];
            }
            else if (spec.Type == TensorType.Bool)
            {
                tensor.Values<byte>()[1] = 1;
            }
            else
            {
                random.NextBytes(tensor.Raw);
            }
        }

        Assert.Equal(13, inputs.Count);
        Assert.Equal(2, SignatureCheck.Apply(model.Signature, inputs));
        model.Run(inputs, outputs);

        for (var i = 0; i < inputs.Count; i++)
        {
            Assert.Equal(inputs[i].Type, outputs[i].Type);
            if (inputs[i].Type == TensorType.Bytes)
            {
                Assert.Equal(inputs[i].Items.ToArray().Select(item => Encoding.UTF8.GetString(item!.Value.Span)), outputs[i].Items.ToArray().Select(item => Encoding.UTF8.GetString(item!.Value.Span)));
            }
            else
            {
                Assert.Equal(inputs[i].Raw.ToArray(), outputs[i].Raw.ToArray());
            }
        }
    }

    [Theory]
    [InlineData("nonzero")]
    [InlineData("liar")]
    public void Outputs_whose_shape_depends_on_the_values_are_whole(string name)
    {
        using var model = Load(name);
        TensorSet inputs = new(), outputs = new();
        foreach (var values in new float[][] { [1, 1, 1], [1, 1, 1], [0, 2, 0], [0, 0, 0], [0, 0, 7], [1, 1, 1] })
        {
            inputs.Clear();
            values.CopyTo(inputs.Add("x", TensorType.Float32, [3]).Values<float>());

            model.Run(inputs, outputs);

            Assert.Equal(Enumerable.Range(0, 3).Where(i => values[i] != 0).Select(i => (long)i), outputs[0].Values<long>().ToArray());
        }
    }

    [Fact]
    public void A_classifier_with_maps_answers_with_its_tensors()
    {
        using var model = Load("zipmap");

        Assert.Equal("label", Assert.Single(model.Signature.Outputs).Name);
    }

    [Fact]
    public void A_classifier_with_nothing_but_maps_is_refused_with_the_way_out()
    {
        var error = Assert.Throws<SlipwayException>(() => Load("only-maps"));

        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.Contains("'maps' is a sequence", error.Message, StringComparison.Ordinal);
        Assert.Contains("'zipmap': False", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_that_a_model_cannot_score_are_the_callers_error_and_the_next_run_is_right()
    {
        using var model = Load("gather");
        TensorSet inputs = new(), outputs = new();
        foreach (var index in new long[] { 1, 99, 2, 99, 0 })
        {
            inputs.Clear();
            inputs.Add("i", TensorType.Int64, [1]).Values<long>()[0] = index;
            if (index == 99)
            {
                var error = Assert.Throws<SlipwayException>(() => model.Run(inputs, outputs));
                Assert.Equal(ErrorKind.InvalidInput, error.Kind);
                Assert.StartsWith("model.onnx cannot score these inputs: ", error.Message, StringComparison.Ordinal);
            }
            else
            {
                model.Run(inputs, outputs);
                Assert.Equal(index + 1, outputs[0].Values<float>()[0]);
            }
        }
    }

    [Fact]
    public void Missing_text_is_refused_where_the_model_knows_none()
    {
        using var model = Load("types");
        TensorSet inputs = new(), outputs = new();
        foreach (var spec in model.Signature.Inputs)
        {
            var tensor = inputs.Add(spec.Name, spec.Type, [1, 2]);
            tensor.Items.Clear();
            tensor.Raw.Clear();
        }

        var error = Assert.Throws<SlipwayException>(() => model.Run(inputs, outputs));

        Assert.Equal("Input 'text' is null at element 0, but the model knows no missing text.", error.Message);
    }

    [Fact]
    public async Task Many_threads_run_one_model_at_once()
    {
        using var model = Load("linear");
        await Parallel.ForAsync(0, 8, TestContext.Current.CancellationToken, (thread, _) =>
        {
            TensorSet inputs = new(), outputs = new();
            for (var i = 0; i < 500; i++)
            {
                inputs.Clear();
                var rows = 1 + ((i + thread) % 3);
                inputs.Add("x", TensorType.Float32, [rows, 3]).Values<float>().Fill(thread);
                model.Run(inputs, outputs);
                Assert.Equal(rows * 2, outputs[0].Count);
                Assert.Equal((3.25f * thread) + 0.5f, outputs[0].Values<float>()[(rows - 1) * 2]);
            }

            return ValueTask.CompletedTask;
        });
    }

    [Fact]
    public void A_run_allocates_nothing_in_steady_state_whatever_the_size_of_the_batch()
    {
        using var model = Load("linear");
        TensorSet inputs = new(), outputs = new();
        var batch = 0;
        void Run()
        {
            inputs.Clear();
            inputs.Add("x", TensorType.Float32, [1 + (batch++ % 8), 3]).Values<float>().Fill(1);
            SignatureCheck.Apply(model.Signature, inputs);
            model.Run(inputs, outputs);
        }

        for (var i = 0; i < 200; i++)
        {
            Run();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            Run();
        }

        Assert.Equal(0, (GC.GetAllocatedBytesForCurrentThread() - before) / 1000);
    }

    [Fact]
    public void Batches_of_more_sizes_than_are_remembered_and_such_as_are_not_copied_have_the_right_answers()
    {
        using var model = Load("linear");
        TensorSet inputs = new(), outputs = new();
        int[] sizes = [.. Enumerable.Range(0, 90), 30_000, 1, 30_000, .. Enumerable.Range(0, 90).Reverse(), 0, 30_001, 5];
        foreach (var rows in sizes)
        {
            inputs.Clear();
            var values = inputs.Add("x", TensorType.Float32, [rows, 3]).Values<float>();
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = i % 7;
            }

            model.Run(inputs, outputs);

            Assert.Equal([rows, 2], outputs[0].Shape);
            for (var row = 0; row < rows; row++)
            {
                var (a, b, c) = ((row * 3) % 7, ((row * 3) + 1) % 7, ((row * 3) + 2) % 7);
                Assert.Equal(a + (2 * b) + (0.25f * c) + 0.5f, outputs[0].Values<float>()[row * 2]);
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(160)]
    public void A_truncated_file_is_one_sentence(int length)
    {
        var path = _folder.Write("model.onnx", File.ReadAllBytes(TestModels.Path("linear.onnx"))[..length]);

        var error = Assert.Throws<SlipwayException>(() => ModelLoader.Load(path, new ModelLoadOptions()));

        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.StartsWith("model.onnx ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_folder.Path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Garbage_of_any_kind_is_one_sentence()
    {
        var whole = File.ReadAllBytes(TestModels.Path("linear.onnx"));
        var random = new Random(3);
        for (var i = 0; i < 300; i++)
        {
            var bytes = i < 100 ? new byte[random.Next(1, 400)] : [.. whole];
            if (i < 100)
            {
                random.NextBytes(bytes);
            }
            else
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            var path = _folder.Write("model.onnx", bytes);
            try
            {
                // A changed byte may leave a model that is fine.
                ModelLoader.Load(path, new ModelLoadOptions()).Dispose();
            }
            catch (SlipwayException error)
            {
                Assert.Equal(ErrorKind.InvalidInput, error.Kind);
            }
        }
    }

    public void Dispose() => _folder.Dispose();

    private IModel Load(string name)
    {
        File.Copy(TestModels.Path($"{name}.onnx"), Path.Combine(_folder.Path, "model.onnx"), overwrite: true);
        return ModelLoader.Load(_folder.Path, new ModelLoadOptions());
    }
}
