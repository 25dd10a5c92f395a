using Slipway.Core.Errors;
using Slipway.Inference.LightGbm;
using Slipway.Inference.Onnx;

namespace Slipway.Inference;

/// <summary>Loads a model from a folder (or a single file), choosing the format by the files that are there.</summary>
public static class ModelLoader
{
    /// <summary>
    /// Loads the model at <paramref name="path"/>: a folder with <c>model.onnx</c> or a LightGBM <c>model.txt</c> (and, for tabular models, <see cref="TabularSchema.FileName"/>),
    /// or one such file. Nothing in it is executed.
    /// </summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/>: no model, damaged, truncated, or reaching outside its folder.</exception>
    public static IModel Load(string path, ModelLoadOptions options)
    {
        try
        {
            var file = ModelFiles.Find(path);
            var beside = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file.Path))!, TabularSchema.FileName);
            var schema = File.Exists(beside) ? TabularSchema.Load(beside) : null;
            return file.Format switch
            {
                ModelFormat.Onnx => OnnxModelLoader.Load(file.Path, schema, options),
                _ => LightGbmModel.Load(file.Path, schema),
            };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"The model at {path} cannot be read: {error.Message}", error);
        }
    }
}
