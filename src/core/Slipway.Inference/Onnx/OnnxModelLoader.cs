namespace Slipway.Inference.Onnx;

/// <summary>Loads ONNX models.</summary>
internal static class OnnxModelLoader
{
    public const string Format = "onnx";

    /// <summary>Loads the model at <paramref name="path"/>: of tensors, or of a table's columns where <paramref name="schema"/> is given.</summary>
    public static IModel Load(string path, TabularSchema? schema, ModelLoadOptions options)
    {
        var session = new OnnxSession(path, options);
        if (schema is null)
        {
            return new OnnxModel(session);
        }

        try
        {
            return new OnnxTabularModel(session, schema, Path.GetFileName(path));
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }
}
