using Slipway.Core.Errors;
using Slipway.Inference.Tensors;
using Slipway.Serving.Engine;

namespace Slipway.Serving.Repository.Configuration;

/// <summary>Reads a <c>config.pbtxt</c>. What it says is acted on, refused with a sentence, or named in <see cref="ModelConfig.Ignored"/>.</summary>
internal static class ModelConfigReader
{
    private const int MostRows = 1 << 20;

    private static readonly Dictionary<string, TensorType> Types = new(StringComparer.Ordinal)
    {
        ["TYPE_BOOL"] = TensorType.Bool,
        ["TYPE_UINT8"] = TensorType.UInt8,
        ["TYPE_UINT16"] = TensorType.UInt16,
        ["TYPE_UINT32"] = TensorType.UInt32,
        ["TYPE_UINT64"] = TensorType.UInt64,
        ["TYPE_INT8"] = TensorType.Int8,
        ["TYPE_INT16"] = TensorType.Int16,
        ["TYPE_INT32"] = TensorType.Int32,
        ["TYPE_INT64"] = TensorType.Int64,
        ["TYPE_FP16"] = TensorType.Float16,
        ["TYPE_FP32"] = TensorType.Float32,
        ["TYPE_FP64"] = TensorType.Float64,
        ["TYPE_STRING"] = TensorType.Bytes,
    };

    /// <summary>Reads the file's text.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/>: no text form, a value that cannot be, or a model that Slipway does not run.</exception>
    public static ModelConfig Read(string text)
    {
        var ignored = new List<string>();
        var file = new ConfigSection(ProtoTextReader.Read(text, ModelConfig.FileName), "", ModelConfig.FileName, ignored);
        RequireRuntime(file);
        var maxBatch = (int?)file.Whole("max_batch_size", 0, MostRows);
        var config = new ModelConfig
        {
            Name = file.Text("name"),
            MaxBatchSize = maxBatch,
            Inputs = [.. file.Sections("input").Select(input => ReadTensor(file, input, isInput: true))],
            Outputs = [.. file.Sections("output").Select(output => ReadTensor(file, output, isInput: false))],
            Policy = ReadPolicy(file),
            ModelFile = file.Text("default_model_filename") is { Length: > 0 } name ? name : null,
            Settings = ReadSettings(file, maxBatch),
        };
        file.End();
        return config with { Ignored = ignored };
    }

    private static void RequireRuntime(ConfigSection file)
    {
        var platform = file.Text("platform");
        if (!string.IsNullOrEmpty(platform) && platform != "onnxruntime_onnx")
        {
            throw file.Mistake("platform", $"'{platform}' is not run by Slipway, which runs onnxruntime_onnx; export the model to ONNX");
        }

        var backend = file.Text("backend");
        if (!string.IsNullOrEmpty(backend) && backend != "onnxruntime")
        {
            throw file.Mistake(
                "backend",
                backend == "fil"
                    ? "'fil' is not run by Slipway; without config.pbtxt a LightGBM model.txt is served with one input per feature"
                    : $"'{backend}' is not run by Slipway, which runs onnxruntime; export the model to ONNX");
        }

        foreach (var scheduling in new[] { "sequence_batching", "ensemble_scheduling" })
        {
            if (file.Section(scheduling) is not null)
            {
                throw file.Mistake(scheduling, "is not available: Slipway runs every request for itself, by one model");
            }
        }

        if (file.Section("model_transaction_policy") is { } transactions && transactions.Flag("decoupled") == true)
        {
            throw file.Mistake("model_transaction_policy", "says decoupled, but an ONNX model gives one answer a request; leave it out");
        }
    }

    private static ConfiguredTensor ReadTensor(ConfigSection file, ConfigSection tensor, bool isInput)
    {
        var section = isInput ? "input" : "output";
        var name = tensor.Text("name");
        if (string.IsNullOrEmpty(name))
        {
            throw file.Mistake(section, "needs a name");
        }

        var type = tensor.Word("data_type") ?? throw file.Mistake(section, $"'{name}' needs a data_type, such as TYPE_FP32");
        if (!Types.TryGetValue(type, out var known))
        {
            throw tensor.Mistake("data_type", $"{type} is none of {string.Join(", ", Types.Keys)}");
        }

        // Where images have their channels says nothing that the dimensions do not.
        tensor.Word("format");
        var reshape = tensor.Section("reshape");
        var labels = isInput ? null : tensor.Text("label_filename");
        var read = new ConfiguredTensor(
            name,
            known,
            tensor.Wholes("dims", -1, int.MaxValue),
            reshape?.Wholes("shape", -1, int.MaxValue),
            string.IsNullOrEmpty(labels) ? null : labels);
        reshape?.End();
        tensor.End();
        return read;
    }

    private static VersionPolicy ReadPolicy(ConfigSection file)
    {
        if (file.Section("version_policy") is not { } policy)
        {
            return VersionPolicy.Newest(1);
        }

        var latest = policy.Section("latest");
        var all = policy.Section("all");
        var specific = policy.Section("specific");
        if (new[] { latest, all, specific }.Count(choice => choice is not null) > 1)
        {
            throw file.Mistake("version_policy", "names more than one of latest, all and specific");
        }

        var chosen = all is not null ? VersionPolicy.All
            : specific is not null ? new VersionPolicy(null, [.. specific.Wholes("versions", 1, int.MaxValue).Select(v => (int)v)])
            : VersionPolicy.Newest((int)(latest?.Whole("num_versions", 0, int.MaxValue) ?? 1));
        latest?.End();
        all?.End();
        specific?.End();
        policy.End();

        // Protobuf has no unset numbers: 0 is the default, which is one version.
        return chosen with { Latest = chosen.Latest == 0 ? 1 : chosen.Latest };
    }

    private static ServeSettings ReadSettings(ConfigSection file, int? maxBatch)
    {
        // Without a batch dimension there is nothing to run together.
        var settings = ServeSettings.Default with { MaxBatch = maxBatch is { } rows ? Math.Max(1, rows) : ServeSettings.Default.MaxBatch };
        settings = ReadBatching(file, settings, maxBatch);
        settings = ReadInstances(file, settings);
        settings = ReadParameters(file, settings);
        if (file.Section("response_cache") is { } cache)
        {
            settings = settings with { CacheFor = cache.Flag("enable") == true ? TimeSpan.FromDays(1) : null };
            cache.End();
        }

        return settings;
    }

    private static ServeSettings ReadBatching(ConfigSection file, ServeSettings settings, int? maxBatch)
    {
        if (file.Section("dynamic_batching") is not { } batching)
        {
            return settings;
        }

        var preferred = batching.Wholes("preferred_batch_size", 1, MostRows);
        if (maxBatch is { } most && preferred.Any(size => size > most))
        {
            throw batching.Mistake("preferred_batch_size", $"has a size beyond max_batch_size, which is {most}");
        }

        settings = settings with
        {
            PreferredSizes = [.. preferred.Select(size => (int)size).Distinct().Order()],
            MaxDelay = Microseconds(batching.Whole("max_queue_delay_microseconds", 0, 3_600_000_000) ?? 0),
        };

        // Requests name their priority; there is nothing to announce.
        batching.Whole("priority_levels", 0, int.MaxValue);
        batching.Ignore("default_priority_level");
        batching.Ignore("priority_queue_policy");
        if (batching.Flag("preserve_ordering") == true)
        {
            batching.Ignored("preserve_ordering");
        }

        if (batching.Section("default_queue_policy") is { } queue)
        {
            settings = ReadQueue(queue, settings);
        }

        batching.End();
        return settings;
    }

    private static ServeSettings ReadQueue(ConfigSection queue, ServeSettings settings)
    {
        var timeout = queue.Whole("default_timeout_microseconds", 0, long.MaxValue / 10) ?? 0;
        var size = queue.Whole("max_queue_size", 0, int.MaxValue) ?? 0;
        if (queue.Word("timeout_action") is "DELAY" or "1")
        {
            queue.Ignored("timeout_action", "DELAY: a request whose time is up is refused");
        }

        queue.Flag("allow_timeout_override");
        queue.End();
        return settings with
        {
            Timeout = timeout > 0 ? Microseconds(timeout) : settings.Timeout,
            MaxQueue = size > 0 ? (int)size : settings.MaxQueue,
        };
    }

    private static ServeSettings ReadInstances(ConfigSection file, ServeSettings settings)
    {
        var groups = file.Sections("instance_group");
        if (groups.Count == 0)
        {
            return settings;
        }

        var instances = 0;
        string? device = null;
        foreach (var group in groups)
        {
            var kind = group.Word("kind");
            var gpus = group.Wholes("gpus", 0, 1024);
            instances += (int)(group.Whole("count", 0, 1024) ?? 0) is var count and > 0 ? count : 1;
            var own = kind switch
            {
                "KIND_GPU" => gpus.Count > 0 ? $"cuda:{gpus[0]}" : "cuda:0",
                null or "KIND_AUTO" or "KIND_CPU" => gpus.Count > 0 ? $"cuda:{gpus[0]}" : "cpu",
                _ => throw group.Mistake("kind", $"{kind} is none of KIND_AUTO, KIND_CPU and KIND_GPU"),
            };
            if (gpus.Count > 1)
            {
                group.Ignored("gpus", $"all but {gpus[0]}");
            }

            if (device is not null && device != own)
            {
                group.Ignored("kind", $"a model runs on one device, which is {device}");
            }

            device ??= own;
            group.Text("name");
            group.End();
        }

        return settings with { Instances = instances, Device = device! };
    }

    private static ServeSettings ReadParameters(ConfigSection file, ServeSettings settings)
    {
        foreach (var parameter in file.Sections("parameters"))
        {
            var key = parameter.Text("key") ?? "";
            var value = parameter.Section("value")?.Text("string_value") ?? "";
            if (key != "intra_op_thread_count")
            {
                file.Ignored($"parameters.{key}");
                continue;
            }

            settings = settings with
            {
                Threads = int.TryParse(value, out var threads) && threads is >= 0 and <= 1024
                    ? threads
                    : throw file.Mistake("parameters", $"intra_op_thread_count is '{value}', but needs a whole number from 0 to 1024"),
            };
        }

        return settings;
    }

    private static TimeSpan Microseconds(long value) => TimeSpan.FromTicks(value * TimeSpan.TicksPerMicrosecond);
}
