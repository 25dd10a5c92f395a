using System.Text;
using Slipway.Serving.Untyped;

namespace Slipway.Serving.TensorFlow;

/// <summary>The name of a model's signature. Slipway's models have one.</summary>
internal static class SignatureName
{
    private const string Default = "serving_default";

    /// <summary>Reads the member, which may name the only signature, or <paramref name="other"/>, what TensorFlow's documentation calls the method's own.</summary>
    public static void Read(scoped ref JsonCursor json, ref bool seen, scoped ReadOnlySpan<byte> member, string other)
    {
        if (seen)
        {
            throw JsonCursor.Twice(member);
        }

        seen = true;
        var name = Encoding.UTF8.GetString(json.ReadText("\"signature_name\"").Span);
        if (name != Default && name.Length > 0 && name != other)
        {
            throw JsonCursor.Bad($"\"signature_name\" is '{JsonCursor.Short(name)}', but a model has the signature '{Default}' only");
        }
    }
}
