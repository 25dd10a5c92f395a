using Slipway.Serving.Untyped;

namespace Slipway.Serving.TensorFlow;

/// <summary>Reads a request for a prediction: exactly one of rows (<c>instances</c>) and columns (<c>inputs</c>).</summary>
internal static class PredictRequest
{
    /// <summary>Reads the call's body into its inputs and fields, and returns the number of rows.</summary>
    public static int Read(InferenceCall call, scoped ref TensorFiller filler)
    {
        var json = new JsonCursor(call);
        json.Enter((byte)'{', "a JSON object with \"instances\" or \"inputs\" was expected");
        var rows = -1;
        var hasSignature = false;
        for (var first = true; json.NextMember(ref first, out var name);)
        {
            var isRows = name.SequenceEqual("instances"u8);
            if (isRows || name.SequenceEqual("inputs"u8))
            {
                if (rows >= 0)
                {
                    throw call.AnswersByColumn == isRows
                        ? JsonCursor.Bad("The request has both \"instances\" and \"inputs\". Send rows as \"instances\" or columns as \"inputs\", not both")
                        : JsonCursor.Twice(name);
                }

                call.AnswersByColumn = !isRows;
                rows = isRows ? filler.ReadRows(ref json, "instances") : filler.ReadColumns(ref json, "inputs");
            }
            else if (name.SequenceEqual("signature_name"u8))
            {
                SignatureName.Read(ref json, ref hasSignature, name, "");
            }
            else if (!SharedMembers.TryRead(ref json, call, name))
            {
                json.SkipValue();
            }
        }

        json.ExpectEnd();
        return rows >= 0 ? rows : throw JsonCursor.Bad("The request has neither \"instances\" nor \"inputs\"");
    }
}
