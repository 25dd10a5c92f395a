using Slipway.Core.Errors;
using Slipway.Core.Files;
using Slipway.Inference.LightGbm;

namespace Slipway.Inference;

/// <summary>The formats that are loaded.</summary>
internal enum ModelFormat
{
    /// <summary>ONNX.</summary>
    Onnx,

    /// <summary>A LightGBM text model.</summary>
    LightGbm,
}

/// <summary>Finds the model file of an artifact, and says what is wrong when there is none: by name first, then by how the file begins.</summary>
internal static class ModelFiles
{
    public const string OnnxName = "model.onnx";
    public const string LightGbmName = "model.txt";

    private const string PickleReason = "is a Python pickle. Loading it would execute what it contains, so Slipway never does; export the model to ONNX or save it as a LightGBM text model.";

    private static readonly string[] PickleExtensions = [".pkl", ".pickle", ".joblib", ".dill", ".cloudpickle"];

    public static (string Path, ModelFormat Format) Find(string path)
    {
        if (Directory.Exists(path))
        {
            return FindIn(path);
        }

        if (!File.Exists(path))
        {
            throw Invalid($"There is no model at {path}.");
        }

        return (path, Recognise(path));
    }

    private static (string Path, ModelFormat Format) FindIn(string folder)
    {
        var onnx = Path.Combine(folder, OnnxName);
        var text = Path.Combine(folder, LightGbmName);
        RequireInside(folder, OnnxName);
        RequireInside(folder, LightGbmName);
        RequireInside(folder, TabularSchema.FileName);
        if (File.Exists(onnx) && File.Exists(text))
        {
            throw Invalid($"{folder} holds both {OnnxName} and {LightGbmName}. Keep the one that is the model.");
        }

        if (File.Exists(onnx))
        {
            return Recognise(onnx) == ModelFormat.Onnx ? (onnx, ModelFormat.Onnx) : throw Invalid($"{OnnxName} is a LightGBM text model. Name it {LightGbmName}.");
        }

        if (File.Exists(text))
        {
            return (text, Recognise(text));
        }

        // The most telling file explains best what is there instead.
        foreach (var file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Take(100))
        {
            if (Foreign(file) is { } reason)
            {
                throw Invalid($"{folder} has no {OnnxName} and no {LightGbmName}; its {Path.GetFileName(file)} {reason}");
            }
        }

        throw Invalid($"{folder} has no {OnnxName} and no {LightGbmName}.");
    }

    // An artifact may hold links, but none that leads out of it.
    private static void RequireInside(string folder, string name) => SafePath.Resolve(folder, name, "model file");

    private static ModelFormat Recognise(string path)
    {
        var name = Path.GetFileName(path);
        if (Foreign(path) is { } reason)
        {
            throw Invalid($"{name} {reason}");
        }

        var start = Start(path);
        if (start.Length == 0)
        {
            throw Invalid($"{name} is empty.");
        }

        if (LightGbmFile.Recognises(start))
        {
            return ModelFormat.LightGbm;
        }

        return Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".ONNX" => ModelFormat.Onnx,

            // A damaged text model is told so by its own reader.
            ".TXT" => ModelFormat.LightGbm,
            _ => throw Invalid($"{name} is neither an ONNX model (.onnx) nor a LightGBM text model (.txt)."),
        };
    }

    // Why a file of another kind is not loaded; null when it is not recognised as one.
    private static string? Foreign(string path)
    {
        var extension = Path.GetExtension(path);
        if (PickleExtensions.Contains(extension, StringComparer.OrdinalIgnoreCase))
        {
            return PickleReason;
        }

        if (Path.GetFileName(path) == "MLmodel")
        {
            return "describes an MLflow model of a flavour that is not loaded; log it with mlflow.onnx.";
        }

        return extension.ToUpperInvariant() switch
        {
            ".PT" or ".PTH" or ".BIN" => "is a PyTorch file, which holds a pickle and is not loaded; export the model with torch.onnx.export.",
            ".H5" or ".KERAS" => "is a Keras model, which is not loaded; convert it with tf2onnx.",
            ".PB" or ".TFLITE" => "is a TensorFlow model, which is not loaded; convert it with tf2onnx.",
            ".SAFETENSORS" => "holds weights without a model; export the model to ONNX.",
            ".ORT" => "is in ONNX Runtime's own format, which is not loaded; keep the .onnx file that it was made from.",
            ".JSON" when Path.GetFileName(path) == TabularSchema.FileName => null,
            _ => ForeignByStart(Start(path)),
        };
    }

    private static string? ForeignByStart(ReadOnlySpan<byte> start)
    {
        // A pickle of protocol 2 to 5 begins with its version, and ends with a full stop.
        if (start.Length > 1 && start[0] == 0x80 && start[1] is >= 2 and <= 5)
        {
            return PickleReason;
        }

        if (start.StartsWith("PK\x03\x04"u8))
        {
            return "is a zip archive, as PyTorch and Keras write them; export the model to ONNX.";
        }

        if (start.Length > 3 && start[0] == 0x89 && start[1..4].SequenceEqual("HDF"u8))
        {
            return "is an HDF5 file, as Keras writes them; convert the model with tf2onnx.";
        }

        if (start.Length > 1 && start[0] == 0x1f && start[1] == 0x8b)
        {
            return "is gzip-compressed; unpack it first.";
        }

        return start.Length >= 8 && (start[4..8].SequenceEqual("ORTM"u8) || start[4..8].SequenceEqual("TFL3"u8))
            ? "is an ONNX Runtime or TensorFlow Lite flatbuffer, which is not loaded; keep the .onnx file that it was made from."
            : null;
    }

    private static byte[] Start(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        var start = new byte[16];
        return start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
    }

    private static SlipwayException Invalid(string message) => new(ErrorKind.InvalidInput, message);
}
