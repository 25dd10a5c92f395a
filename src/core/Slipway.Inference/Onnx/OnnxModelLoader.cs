namespace Slipway.Inference.Onnx;

/// <summary>Loads ONNX models.</summary>
internal static class OnnxModelLoader
{
    public const string Format = "onnx";

    /// <summary>Loads the model at <paramref name="path"/>: of tensors, or of a table's columns where <paramref name="schema"/> is given.</summary>
    public static IModel Load(string path, TabularSchema? schema, ModelLoadOptions options)
    {
        var (session, info) = OnnxSessionFactory.Open(path, options, CpuLimit.Processors(), TimeProvider.System);
        if (schema is null)
        {
            return new OnnxModel(session, info);
        }

        try
        {
            return new OnnxTabularModel(session, info, schema, Path.GetFileName(path));
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }
}
