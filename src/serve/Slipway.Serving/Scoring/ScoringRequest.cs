using System.Text;
using Slipway.Serving.Untyped;

namespace Slipway.Serving.Scoring;

/// <summary>Reads the JSON of MLflow's scoring: exactly one of four forms of values, and <c>params</c> beside them.</summary>
internal static class ScoringRequest
{
    private const string Forms = "\"dataframe_split\", \"dataframe_records\", \"instances\" and \"inputs\"";

    /// <summary>Reads the call's body into its inputs and fields, and returns the number of rows.</summary>
    public static int Read(InferenceCall call, scoped ref TensorFiller filler, out bool hasParams)
    {
        var json = new JsonCursor(call);
        json.Enter((byte)'{', $"a JSON object with exactly one of {Forms} was expected");
        hasParams = false;
        var rows = -1;
        for (var first = true; json.NextMember(ref first, out var name);)
        {
            if (IsForm(name))
            {
                if (rows >= 0)
                {
                    var form = Encoding.UTF8.GetString(name);
                    throw JsonCursor.Bad(form == filler.Form
                        ? $"\"{form}\" appears twice in one object"
                        : $"The request has both \"{filler.Form}\" and \"{form}\". Send exactly one of {Forms}");
                }

                rows = ReadForm(ref json, ref filler, name);
            }
            else if (name.SequenceEqual("params"u8))
            {
                if (hasParams)
                {
                    throw JsonCursor.Twice(name);
                }

                // No format that Slipway loads takes parameters; MLflow leaves them out with a warning, too.
                hasParams = !json.Rest.StartsWith("null"u8);
                if (hasParams && !json.IsNext((byte)'{'))
                {
                    throw json.Wrong("\"params\" must be an object");
                }

                json.SkipValue();
            }
            else if (!SharedMembers.TryRead(ref json, call, name))
            {
                json.SkipValue();
            }
        }

        json.ExpectEnd();
        return rows >= 0 ? rows : throw JsonCursor.Bad($"The request has no values. Send exactly one of {Forms}");
    }

    private static bool IsForm(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("dataframe_split"u8) || name.SequenceEqual("dataframe_records"u8) || name.SequenceEqual("instances"u8) || name.SequenceEqual("inputs"u8);

    private static int ReadForm(scoped ref JsonCursor json, scoped ref TensorFiller filler, scoped ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("dataframe_split"u8))
        {
            filler.Form = "dataframe_split";
            return SplitTable.Read(ref json, ref filler);
        }

        if (name.SequenceEqual("dataframe_records"u8))
        {
            filler.Form = "dataframe_records";
            return filler.ReadRows(ref json, filler.Form);
        }

        if (name.SequenceEqual("instances"u8))
        {
            filler.Form = "instances";
            return filler.ReadRows(ref json, filler.Form);
        }

        filler.Form = "inputs";
        return filler.ReadColumns(ref json, filler.Form);
    }
}
