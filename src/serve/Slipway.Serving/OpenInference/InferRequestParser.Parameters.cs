using System.Text;
using Slipway.Core.Errors;

namespace Slipway.Serving.OpenInference;

/// <content>Parameters of a request, an input or an output.</content>
internal ref partial struct InferRequestParser
{
    private const string SegmentPrefix = "segment.";

    // What these ask for changes the meaning of a request, so leaving them out would answer another question.
    private static readonly string[] NotAvailable =
    [
        "binary_data", "binary_data_size", "binary_data_output", "classification", "shared_memory_region", "shared_memory_byte_size", "shared_memory_offset",
        "sequence_id", "sequence_start", "sequence_end",
    ];

    private enum ParameterPlace
    {
        /// <summary>Of the request as a whole.</summary>
        Request,

        /// <summary>Of an input or an output.</summary>
        Tensor,
    }

    private void ReadParameters(ParameterPlace place, string owner)
    {
        Expect((byte)'{', "\"parameters\" must be an object");
        for (var first = true; NextMember(ref first, out var utf8);)
        {
            var name = Encoding.UTF8.GetString(utf8);
            if (NotAvailable.Contains(name, StringComparer.Ordinal))
            {
                // binary_data: false asks for what is done anyway.
                if (_json[_at..].StartsWith("false"u8))
                {
                    SkipValue();
                    continue;
                }

                throw new SlipwayException(
                    ErrorKind.NotAvailable, $"{owner} has the parameter '{name}', which is not available yet. Send and ask for tensors as JSON, one request after another.");
            }

            if (place == ParameterPlace.Request && name is "event_time")
            {
                RefuseTwice(name, _call.Fields.EventTimes.Count);
                _call.Fields.SetEventTimes(ReadField(name));
            }
            else if (place == ParameterPlace.Request && name is "sticky_key")
            {
                RefuseTwice(name, _call.Fields.StickyKeys.Count);
                _call.Fields.SetStickyKeys(ReadField(name));
            }
            else if (place == ParameterPlace.Request && name.StartsWith(SegmentPrefix, StringComparison.Ordinal))
            {
                var segment = name[SegmentPrefix.Length..];
                RefuseTwice(name, _call.Fields.HasSegment(segment) ? 1 : 0);
                _call.Fields.AddSegment(segment, ReadField(name));
            }
            else
            {
                // The protocol lets clients send parameters that a server does not know.
                SkipValue();
            }
        }
    }

    /// <summary>One value for all rows, or an array of one a row. Numbers and truth values are taken as they are written.</summary>
    private List<string> ReadField(string name)
    {
        var values = new List<string>();
        if (!TryTake((byte)'['))
        {
            values.Add(ReadFieldValue(name));
            return values;
        }

        for (var first = true; NextItem(ref first);)
        {
            values.Add(ReadFieldValue(name));
        }

        return values.Count > 0 ? values : throw Bad($"The parameter '{Short(name)}' is an empty array. Give one value for all rows, or one a row");
    }

    private string ReadFieldValue(string name)
    {
        if (_at < _json.Length && _json[_at] == '"')
        {
            return Encoding.UTF8.GetString(ReadString("").Span);
        }

        var begin = _at;
        SkipValue();
        var text = _json[begin.._at];
        return text[0] is not ((byte)'[' or (byte)'{' or (byte)'n')
            ? Encoding.UTF8.GetString(text)
            : throw Bad($"The parameter '{Short(name)}' must be a text or an array of one text a row");
    }

    private static void RefuseTwice(string name, int count)
    {
        if (count > 0)
        {
            throw Twice(Short(name));
        }
    }
}
