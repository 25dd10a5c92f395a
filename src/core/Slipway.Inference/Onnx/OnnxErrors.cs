using Microsoft.ML.OnnxRuntime;

namespace Slipway.Inference.Onnx;

/// <summary>What ONNX Runtime says, for people.</summary>
internal static class OnnxErrors
{
    private const int Longest = 400;

    /// <summary>ONNX Runtime's message without its code, paths and line breaks.</summary>
    public static string Reason(OnnxRuntimeException error, string path)
    {
        var text = error.Message.ReplaceLineEndings(" ").Replace(path, Path.GetFileName(path), StringComparison.Ordinal);
        var code = text.IndexOf("] ", StringComparison.Ordinal);
        text = text.StartsWith("[ErrorCode:", StringComparison.Ordinal) && code > 0 ? text[(code + 2)..] : text;
        text = text.Length > Longest ? $"{text[..Longest]}…" : text;
        return text.EndsWith('.') ? text : $"{text}.";
    }
}
