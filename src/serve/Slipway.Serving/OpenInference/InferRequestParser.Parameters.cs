using System.Text;
using Slipway.Core.Errors;

namespace Slipway.Serving.OpenInference;

/// <content>Parameters of a request, an input or an output. Those that the server does not know are left alone, as the protocol allows.</content>
internal ref partial struct InferRequestParser
{
    // What these ask for changes the meaning of a request, so leaving them out would answer another question.
    private static readonly string[] NotAvailable =
        ["shared_memory_region", "shared_memory_byte_size", "shared_memory_offset", "sequence_id", "sequence_start", "sequence_end"];

    private void ReadRequestParameters()
    {
        Expect((byte)'{', "\"parameters\" must be an object");
        var seen = RequestParameters.None;
        for (var first = true; NextMember(ref first, out var name);)
        {
            switch (name)
            {
                case var n when n.SequenceEqual("binary_data_output"u8):
                    Once(ref seen, RequestParameters.BinaryOutputs, "binary_data_output");
                    _call.BinaryOutputs = ReadFlag("The request", "binary_data_output");
                    break;
                case var n when n.SequenceEqual("timing"u8):
                    Once(ref seen, RequestParameters.Timing, "timing");
                    _call.WantsTiming = ReadFlag("The request", "timing");
                    break;
                case var n when n.SequenceEqual("priority"u8):
                    Once(ref seen, RequestParameters.Priority, "priority");
                    _call.Priority = (int)ReadWhole("The request", "priority", int.MaxValue);
                    break;
                case var n when n.SequenceEqual("timeout"u8):
                    Once(ref seen, RequestParameters.Timeout, "timeout");
                    var microseconds = ReadWhole("The request", "timeout", long.MaxValue / TimeSpan.TicksPerMicrosecond);
                    _call.Timeout = microseconds == 0 ? null : TimeSpan.FromTicks(microseconds * TimeSpan.TicksPerMicrosecond);
                    break;
                default:
                    ReadRowFields(name, "The request");
                    break;
            }
        }
    }

    private void ReadInputParameters(ref InputHead input)
    {
        Expect((byte)'{', "\"parameters\" must be an object");
        for (var first = true; NextMember(ref first, out var name);)
        {
            if (name.SequenceEqual("binary_data_size"u8))
            {
                input.BinarySize = input.BinarySize < 0 ? ReadWhole(Named(input.Name), "binary_data_size", long.MaxValue) : throw Twice("binary_data_size");
            }
            else
            {
                SkipUnknown(name, Named(input.Name));
            }
        }
    }

    private OutputForm ReadOutputParameters(string? output)
    {
        var owner = output is null ? "An output" : $"Output '{Short(output)}'";
        var form = default(OutputForm);
        Expect((byte)'{', "\"parameters\" must be an object");
        var hasClasses = false;
        for (var first = true; NextMember(ref first, out var name);)
        {
            if (name.SequenceEqual("binary_data"u8))
            {
                form = form.Binary is null ? form with { Binary = ReadFlag(owner, "binary_data") } : throw Twice("binary_data");
            }
            else if (name.SequenceEqual("classification"u8))
            {
                form = hasClasses ? throw Twice("classification") : form with { Classes = (int)ReadWhole(owner, "classification", int.MaxValue) };
                hasClasses = true;
            }
            else
            {
                SkipUnknown(name, owner);
            }
        }

        return form;
    }

    private void ReadRowFields(scoped ReadOnlySpan<byte> name, string owner)
    {
        if (name.SequenceEqual("event_time"u8))
        {
            RefuseTwice("event_time", _call.Fields.EventTimes.Count);
            _call.Fields.SetEventTimes(ReadField("event_time"));
        }
        else if (name.SequenceEqual("sticky_key"u8))
        {
            RefuseTwice("sticky_key", _call.Fields.StickyKeys.Count);
            _call.Fields.SetStickyKeys(ReadField("sticky_key"));
        }
        else if (name.StartsWith("segment."u8))
        {
            var whole = Encoding.UTF8.GetString(name);
            var segment = whole["segment.".Length..];
            RefuseTwice(whole, _call.Fields.HasSegment(segment) ? 1 : 0);
            _call.Fields.AddSegment(segment, ReadField(whole));
        }
        else
        {
            SkipUnknown(name, owner);
        }
    }

    private void SkipUnknown(scoped ReadOnlySpan<byte> utf8, string owner)
    {
        Span<char> name = stackalloc char[32];
        var known = Encoding.UTF8.TryGetChars(utf8, name, out var length) ? IndexOfNotAvailable(name[..length]) : -1;
        var begin = _at;
        SkipValue();
        if (known >= 0 && !IsNothing(_json[begin.._at]))
        {
            throw new SlipwayException(
                ErrorKind.NotAvailable,
                $"{owner} has the parameter '{NotAvailable[known]}', which is not available. Send the data with the request, and one request after another.");
        }
    }

    // false, 0 and an empty text ask for what is done anyway: clients send them for "no sequence".
    private static bool IsNothing(ReadOnlySpan<byte> value) => value.SequenceEqual("false"u8) || value.SequenceEqual("0"u8) || value.SequenceEqual("\"\""u8);

    private static int IndexOfNotAvailable(ReadOnlySpan<char> name)
    {
        for (var i = 0; i < NotAvailable.Length; i++)
        {
            if (name.SequenceEqual(NotAvailable[i]))
            {
                return i;
            }
        }

        return -1;
    }

    private bool ReadFlag(string owner, string name)
    {
        var rest = _json[_at..];
        if (rest.StartsWith("true"u8))
        {
            _at += 4;
            return true;
        }

        if (rest.StartsWith("false"u8))
        {
            _at += 5;
            return false;
        }

        throw Bad($"{owner} has the parameter '{name}' with something at byte {_at} that is neither true nor false");
    }

    private long ReadWhole(string owner, string name, long most)
    {
        var length = NumberScanner.Scan(_json[_at..], out long value);
        if (length <= 0 || value < 0 || value > most)
        {
            throw Bad($"{owner} has the parameter '{name}' with something at byte {_at} that is not a whole number from 0 to {most}");
        }

        _at += length;
        return value;
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

    [Flags]
    private enum RequestParameters
    {
        None = 0,
        BinaryOutputs = 1,
        Timing = 2,
        Priority = 4,
        Timeout = 8,
    }
}
