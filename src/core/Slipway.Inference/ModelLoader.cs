using Slipway.Core.Errors;
using Slipway.Inference.LightGbm;
using Slipway.Inference.Onnx;

namespace Slipway.Inference;

/// <summary>Loads a model from a folder (or a single file), choosing the format by the files that are there.</summary>
public static class ModelLoader
{
    private const int Most = 1024;

    /// <summary>
    /// Loads the model at <paramref name="path"/>: a folder with <c>model.onnx</c> or a LightGBM <c>model.txt</c> (and, for tabular models, <see cref="TabularSchema.FileName"/>),
    /// or one such file. Nothing in it is executed.
    /// </summary>
    /// <exception cref="SlipwayException">
    /// <see cref="ErrorKind.InvalidInput"/>: no model, damaged, truncated, or reaching outside its folder; options that cannot be. <see cref="ErrorKind.Unavailable"/>: the device is missing.
    /// </exception>
    public static IModel Load(string path, ModelLoadOptions options)
    {
        Check(options);
        try
        {
            var file = ModelFiles.Find(path);
            var beside = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file.Path))!, TabularSchema.FileName);
            var schema = File.Exists(beside) ? TabularSchema.Load(beside) : null;
            return file.Format switch
            {
                ModelFormat.Onnx => OnnxModelLoader.Load(file.Path, schema, options),
                _ => LightGbmModel.Load(file.Path, schema, options),
            };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"The model at {path} cannot be read: {error.Message}", error);
        }
    }

    /// <summary>
    /// The files beside a model that keep its weights (ONNX's external data), as full paths. None where it keeps them itself, and where it cannot be read: loading it says why.
    /// </summary>
    public static IReadOnlyList<string> ExternalFiles(string path)
    {
        try
        {
            var file = ModelFiles.Find(path);
            return file.Format == ModelFormat.Onnx ? OnnxFileCheck.Check(file.Path) : [];
        }
        catch (Exception error) when (error is SlipwayException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>
    /// Copies what <see cref="Load"/> would read into an empty folder, and returns the path to load there. External data is mapped into memory for as long as the model lives, so whoever cannot keep
    /// others from writing to the files loads a copy; the copy may be deleted once it is loaded.
    /// </summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/>: no model, or one that cannot be read.</exception>
    public static string Copy(string path, string folder)
    {
        try
        {
            var file = Path.GetFullPath(ModelFiles.Find(path).Path);
            var root = Path.GetDirectoryName(file)!;
            var schema = Path.Combine(root, TabularSchema.FileName);
            foreach (var from in new[] { file, schema }.Where(File.Exists).Concat(ExternalFiles(path)))
            {
                var to = Path.Join(folder, Path.GetRelativePath(root, from));
                Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                File.Copy(from, to);
            }

            return Path.Join(folder, Path.GetFileName(file));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"The model at {path} cannot be copied: {error.Message}", error);
        }
    }

    private static void Check(ModelLoadOptions options)
    {
        if (options.Threads is < 0 or > Most || options.Instances is < 0 or > Most)
        {
            throw new SlipwayException(
                ErrorKind.InvalidInput, $"A model is loaded with 0 to {Most} threads and 0 to {Most} instances (0 lets the server decide), not with {options.Threads} and {options.Instances}.");
        }
    }
}
