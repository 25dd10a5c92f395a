using System.Globalization;
using Slipway.Core.Errors;

namespace Slipway.Serving.Grpc;

/// <content>Parameters of a request, an input or an output.</content>
internal ref partial struct InferReader
{
    private const string SegmentPrefix = "segment.";

    /// <summary>One entry of a map of parameters.</summary>
    private void ReadParameter(WireReader entry, bool ofRequest, string owner)
    {
        var name = "";
        var value = default(Parameter);
        while (entry.TryNext())
        {
            switch (entry.Field)
            {
                case 1 when entry.Is(WireType.Length):
                    name = entry.ReadText();
                    break;
                case 2 when entry.Is(WireType.Length):
                    value = ReadValue(entry.ReadMessage());
                    break;
                default:
                    entry.Skip();
                    break;
            }
        }

        RefuseWhatIsNotThere(owner, name, value);
        if (ofRequest)
        {
            Take(name, value);
        }
        else if (name == "classification")
        {
            _classes = (int)value.Whole(name, int.MaxValue);
        }
    }

    private static Parameter ReadValue(WireReader message)
    {
        var value = default(Parameter);
        while (message.TryNext())
        {
            switch (message.Field)
            {
                case 1 when message.Is(WireType.Varint):
                    value = new Parameter(ParameterKind.Bool, message.ReadVarint() == 0 ? 0UL : 1UL, "");
                    break;
                case 2 when message.Is(WireType.Varint):
                    value = new Parameter(ParameterKind.Int64, message.ReadVarint(), "");
                    break;
                case 3 when message.Is(WireType.Length):
                    value = new Parameter(ParameterKind.Text, 0, message.ReadText());
                    break;
                case 4 when message.Is(WireType.Fixed64):
                    value = new Parameter(ParameterKind.Double, message.ReadFixed64(), "");
                    break;
                case 5 when message.Is(WireType.Varint):
                    value = new Parameter(ParameterKind.UInt64, message.ReadVarint(), "");
                    break;
                default:
                    message.Skip();
                    break;
            }
        }

        return value;
    }

    // What these ask for changes the meaning of a request, so leaving them out would answer another question. Their zero says what is done anyway.
    private static void RefuseWhatIsNotThere(string owner, string name, Parameter value)
    {
        var refused = name switch
        {
            "shared_memory_region" or "shared_memory_byte_size" or "shared_memory_offset" => true,
            "sequence_id" or "sequence_start" or "sequence_end" => !value.IsZero,
            _ => false,
        };
        if (refused)
        {
            throw new SlipwayException(
                ErrorKind.NotAvailable, $"{owner} has the parameter '{name}', which is not available yet. Send and ask for plain tensors, one request after another.");
        }
    }

    /// <summary>Takes what Slipway knows of. The protocol lets clients send parameters that a server does not know.</summary>
    private void Take(string name, Parameter value)
    {
        switch (name)
        {
            case "event_time":
                _call.Fields.SetEventTimes([value.Text(name)]);
                break;
            case "sticky_key":
                _call.Fields.SetStickyKeys([value.Text(name)]);
                break;
            case "timing":
                _call.WantsTiming = value.Truth(name);
                break;
            case "priority":
                _call.Priority = (int)value.Whole(name, int.MaxValue);
                break;
            case "timeout":
                var microseconds = value.Whole(name, long.MaxValue / TimeSpan.TicksPerMicrosecond);
                _call.Timeout = microseconds == 0 ? null : TimeSpan.FromTicks(microseconds * TimeSpan.TicksPerMicrosecond);
                break;
            case "binary_data_output":
                _asked = _asked with { TypedContents = !value.Truth(name) };
                break;
            case "triton_enable_empty_final_response":
                _asked = _asked with { FinalResponse = value.Truth(name) };
                break;
            case var segment when segment.StartsWith(SegmentPrefix, StringComparison.Ordinal):
                if (_call.Fields.HasSegment(segment[SegmentPrefix.Length..]))
                {
                    throw Bad($"The parameter '{Short(name)}' appears twice");
                }

                _call.Fields.AddSegment(segment[SegmentPrefix.Length..], [value.Text(name)]);
                break;
        }
    }

    private enum ParameterKind
    {
        /// <summary>No choice was made.</summary>
        None,
        Bool,
        Int64,
        Text,
        Double,
        UInt64,
    }

    /// <summary>A parameter's value: one of the choices of InferParameter.</summary>
    private readonly record struct Parameter(ParameterKind Kind, ulong Bits, string String)
    {
        public bool IsZero => Kind switch
        {
            ParameterKind.Text => String.Length == 0,
            ParameterKind.Double => BitConverter.UInt64BitsToDouble(Bits) == 0,
            _ => Bits == 0,
        };

        /// <summary>Numbers and truth values are taken as JSON writes them.</summary>
        public string Text(string name) => Kind switch
        {
            ParameterKind.Text => String,
            ParameterKind.Bool => Bits == 0 ? "false" : "true",
            ParameterKind.Int64 => ((long)Bits).ToString(CultureInfo.InvariantCulture),
            ParameterKind.UInt64 => Bits.ToString(CultureInfo.InvariantCulture),
            ParameterKind.Double => BitConverter.UInt64BitsToDouble(Bits).ToString(CultureInfo.InvariantCulture),
            _ => throw Bad($"The parameter '{Short(name)}' has no value"),
        };

        public bool Truth(string name) => Kind == ParameterKind.Bool ? Bits != 0 : throw Bad($"The parameter '{Short(name)}' must be a bool_param");

        public long Whole(string name, long most) => Kind is ParameterKind.Int64 or ParameterKind.UInt64 && Bits <= (ulong)most
            ? (long)Bits
            : throw Bad($"The parameter '{Short(name)}' must be an int64_param or uint64_param from 0 to {most}");
    }
}
