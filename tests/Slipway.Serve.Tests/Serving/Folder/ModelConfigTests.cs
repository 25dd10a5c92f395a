using Slipway.Core.Errors;
using Slipway.Inference.Tensors;
using Slipway.Serving.Engine;
using Slipway.Serving.Repository.Configuration;

namespace Slipway.Serve.Tests.Serving.Folder;

public sealed class ModelConfigTests
{
    [Fact]
    public void Every_field_that_Slipway_acts_on_is_read()
    {
        var config = ModelConfigReader.Read("""
            # A model as Triton has it.
            name: "resnet"
            platform: "onnxruntime_onnx"; backend: 'onnxruntime'
            max_batch_size: 16
            input [
              {
                name: "im" "age"
                data_type: TYPE_FP32
                format: FORMAT_NCHW
                dims: [ 3, 224, 224 ]
              }
            ]
            output {
              name: "scores", data_type: TYPE_FP16, dims: 1000, dims: -1
              reshape: < shape: [1000, -1, 1] >
              label_filename: "labels.txt"
            }
            default_model_filename: "net.onnx"
            version_policy: { specific { versions: [1, 3] } }
            dynamic_batching {
              preferred_batch_size: [ 8, 4 ]
              max_queue_delay_microseconds: 1500
              priority_levels: 3
              default_queue_policy { default_timeout_microseconds: 250000 max_queue_size: 64 timeout_action: REJECT }
            }
            instance_group [ { count: 2 kind: KIND_GPU gpus: [ 1 ] } ]
            parameters { key: "intra_op_thread_count" value: { string_value: "4" } }
            response_cache { enable: true }
            """);

        Assert.Equal("resnet", config.Name);
        Assert.Equal(16, config.MaxBatchSize);
        var input = Assert.Single(config.Inputs);
        Assert.Equal(("image", TensorType.Float32), (input.Name, input.Type));
        Assert.Equal([3, 224, 224], input.Dims);
        var output = Assert.Single(config.Outputs);
        Assert.Equal(("scores", TensorType.Float16, "labels.txt"), (output.Name, output.Type, output.LabelFile));
        Assert.Equal([1000, -1], output.Dims);
        Assert.Equal([1000, -1, 1], output.Reshape!);
        Assert.Equal("net.onnx", config.ModelFile);
        Assert.Equal([3, 1], config.Policy.Choose([1, 2, 3, 4]));
        var settings = config.Settings;
        Assert.Equal([4, 8], settings.PreferredSizes);
        Assert.Equal(
            ServeSettings.Default with
            {
                MaxBatch = 16,
                PreferredSizes = settings.PreferredSizes,
                MaxDelay = TimeSpan.FromMicroseconds(1500),
                Timeout = TimeSpan.FromMilliseconds(250),
                MaxQueue = 64,
                Instances = 2,
                Device = "cuda:1",
                Threads = 4,
                CacheFor = TimeSpan.FromDays(1),
            },
            settings);
        Assert.Empty(config.Ignored);
    }

    [Fact]
    public void An_empty_file_says_nothing()
    {
        var config = ModelConfigReader.Read("  # nothing\n");

        Assert.Equal(ServeSettings.Default, config.Settings);
        Assert.Equal([4], config.Policy.Choose([1, 4, 2]));
        Assert.Null(config.MaxBatchSize);
    }

    [Theory]
    [InlineData("max_batch_size: 0", 1)]
    [InlineData("max_batch_size: 8", 8)]
    [InlineData("dynamic_batching {}", 64)]
    public void The_most_rows_of_a_run_are_those_of_the_configuration(string text, int expected) => Assert.Equal(expected, ModelConfigReader.Read(text).Settings.MaxBatch);

    [Theory]
    [InlineData("version_policy { latest { num_versions: 2 } }", "4,3")]
    [InlineData("version_policy { latest {} }", "4")]
    [InlineData("version_policy: { all: { } }", "4,3,1")]
    [InlineData("version_policy { specific { versions: 3, versions: 7 } }", "3")]
    public void A_policy_chooses_versions_the_highest_first(string text, string expected) =>
        Assert.Equal(expected, string.Join(',', ModelConfigReader.Read(text).Policy.Choose([1, 3, 4])));

    [Theory]
    [InlineData("model_warmup { name: \"w\" batch_size: 1 }", "model_warmup")]
    [InlineData("optimization { execution_accelerators { gpu_execution_accelerator: [ { name: \"tensorrt\" } ] } }", "optimization")]
    [InlineData("dynamic_batching { preserve_ordering: true }", "dynamic_batching.preserve_ordering")]
    [InlineData("dynamic_batching { default_priority_level: 1 }", "dynamic_batching.default_priority_level")]
    [InlineData("dynamic_batching { priority_queue_policy { key: 1 value { max_queue_size: 1 } } }", "dynamic_batching.priority_queue_policy")]
    [InlineData("dynamic_batching { default_queue_policy { timeout_action: DELAY } }", "dynamic_batching.default_queue_policy.timeout_action (DELAY: a request whose time is up is refused)")]
    [InlineData("instance_group { gpus: [0, 1] kind: KIND_GPU }", "instance_group.gpus (all but 0)")]
    [InlineData("instance_group { kind: KIND_CPU } instance_group { kind: KIND_GPU }", "instance_group.kind (a model runs on one device, which is cpu)")]
    [InlineData("instance_group { rate_limiter { priority: 1 } }", "instance_group.rate_limiter")]
    [InlineData("parameters { key: \"execution_mode\" value { string_value: \"1\" } }", "parameters.execution_mode")]
    [InlineData("input { name: \"x\" data_type: TYPE_FP32 dims: 3 optional: true }", "input.optional")]
    [InlineData("max_batchsize: 3", "max_batchsize")]
    public void What_is_not_acted_on_is_named(string text, string expected) => Assert.Equal(expected, Assert.Single(ModelConfigReader.Read(text).Ignored));

    [Theory]
    [InlineData("platform: \"tensorrt_plan\"", "config.pbtxt(1,1): platform 'tensorrt_plan' is not run by Slipway, which runs onnxruntime_onnx")]
    [InlineData("\n backend: \"python\"", "config.pbtxt(2,2): backend 'python' is not run by Slipway")]
    [InlineData("backend: \"fil\"", "without config.pbtxt a LightGBM model.txt is served")]
    [InlineData("ensemble_scheduling { step {} }", "ensemble_scheduling is not available")]
    [InlineData("sequence_batching {}", "sequence_batching is not available")]
    [InlineData("model_transaction_policy { decoupled: true }", "says decoupled")]
    [InlineData("max_batch_size: many", "max_batch_size needs a whole number from 0 to 1048576")]
    [InlineData("max_batch_size: -1", "max_batch_size needs a whole number")]
    [InlineData("max_batch_size: 1 max_batch_size: 2", "config.pbtxt(1,19): max_batch_size stands twice")]
    [InlineData("max_batch_size: 4 dynamic_batching { preferred_batch_size: 8 }", "preferred_batch_size has a size beyond max_batch_size, which is 4")]
    [InlineData("input { data_type: TYPE_FP32 }", "input needs a name")]
    [InlineData("input { name: \"x\" }", "input 'x' needs a data_type")]
    [InlineData("input { name: \"x\" data_type: FP32 }", "input.data_type FP32 is none of TYPE_BOOL")]
    [InlineData("input: 7", "input needs { … }")]
    [InlineData("name: resnet", "name needs a text in quotes")]
    [InlineData("name", "name needs ':' or '{' here")]
    [InlineData("name: ", "name has no value")]
    [InlineData("name: \"a", "a text is not closed with \"")]
    [InlineData("name: \"\\q\"", "'\\q' is no escape")]
    [InlineData("input {", "'}' is missing at the end")]
    [InlineData("dims: [1 2]", "the list of dims needs ',' or ']' here")]
    [InlineData("}", "a field's name is expected, not '}'")]
    [InlineData("[type.googleapis.com/x] {}", "a field's name is expected, not '['")]
    [InlineData("instance_group { kind: KIND_MODEL }", "KIND_MODEL is none of KIND_AUTO, KIND_CPU and KIND_GPU")]
    [InlineData("version_policy { all {} latest {} }", "names more than one of latest, all and specific")]
    [InlineData("parameters { key: \"intra_op_thread_count\" value { string_value: \"x\" } }", "intra_op_thread_count is 'x'")]
    public void A_mistake_is_one_sentence_with_its_place(string text, string expected)
    {
        var error = Assert.Throws<SlipwayException>(() => ModelConfigReader.Read(text));

        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Escapes_are_those_of_protobuf()
    {
        var message = ProtoTextReader.Read("""a: "\x41\102\n\t\\\"\'\u00e9\U0001F600é" b: -inf c: 0x10 d: 1.5e+3""", "f");

        Assert.Equal(["AB\n\t\\\"'é😀é", "-inf", "0x10", "1.5e+3"], message.Fields.Select(f => f.Value is ProtoString text ? text.Text : ((ProtoWord)f.Value).Text));
    }

    [Fact]
    public void Nesting_without_end_is_refused()
    {
        var error = Assert.Throws<SlipwayException>(() => ModelConfigReader.Read(string.Concat(Enumerable.Repeat("a{", 10_000))));

        Assert.Contains("nest deeper than 32 levels", error.Message, StringComparison.Ordinal);
    }
}
