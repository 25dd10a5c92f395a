using System.Text;
using Slipway.Core.Errors;
using Slipway.Inference.Tensors;
using Slipway.Serving.OpenInference;
using Slipway.Serving.Routing;

namespace Slipway.Serving.Grpc;

/// <summary>
/// Reads a ModelInferRequest, which lies in the call's body, straight into the call: nothing is built in between, so a request in steady state allocates nothing. Whatever the bytes are, it
/// fails with a <see cref="SlipwayException"/> that says what is wrong, in time and memory that grow only with the message's length.
/// </summary>
internal ref partial struct InferReader
{
    private const int MaxOutputs = 1024;

    private readonly InferenceCall _call;
    private readonly NameTable _names;
    private readonly ReadOnlyMemory<byte> _body;
    private readonly int _maxElements;

    // Steps from one of raw_input_contents to the next, apart from what reads the inputs.
    private WireReader _raw;
    private int _elements;
    private GrpcAsked _asked;

    // Of the output that is being read.
    private int _classes;

    private InferReader(InferenceCall call, int maxElements)
    {
        _call = call;
        _names = call.Route!.Inputs;
        _body = call.Body.Written;
        _maxElements = maxElements;
        _raw = new WireReader(_body.Span, 0);
    }

    /// <summary>Reads the call's body into its inputs, requested outputs, id and fields, and says what else was asked for.</summary>
    public static GrpcAsked Parse(InferenceCall call, int maxElements)
    {
        var reader = new InferReader(call, maxElements);
        reader.ReadRequest();
        return reader._asked;
    }

    private void ReadRequest()
    {
        var (inputs, raws) = ReadHead();
        if (inputs == 0)
        {
            throw Bad("The request has no inputs");
        }

        if (raws > 0 && raws != inputs)
        {
            throw Bad($"The request has {inputs} inputs, but {raws} raw_input_contents. Send one for each input, in the same order, or none");
        }

        // Names are compared with the signature later; more tensors than any version takes need not be kept till then.
        if (inputs > Math.Max(_names.Count, 1))
        {
            throw Bad($"The request has {inputs} inputs, but {_call.Deployment} takes no more than {_names.Count}");
        }

        var message = new WireReader(_body.Span, 0);
        while (message.TryNext())
        {
            if (message.Field == RequestField.Inputs && message.Is(WireType.Length))
            {
                ReadInput(message.ReadMessage(), raws > 0);
            }
            else
            {
                message.Skip();
            }
        }
    }

    /// <summary>Everything but the tensors, whose number and that of the raw contents come back.</summary>
    private (int Inputs, int Raws) ReadHead()
    {
        int inputs = 0, raws = 0;
        var message = new WireReader(_body.Span, 0);
        while (message.TryNext())
        {
            if (!message.Is(WireType.Length))
            {
                message.Skip();
                continue;
            }

            switch (message.Field)
            {
                case RequestField.Id:
                    var id = message.ReadText();
                    _call.RequestId = id.Length == 0 ? null : Encoding.UTF8.GetByteCount(id) <= InferRequestParser.MaxIdLength
                        ? id
                        : throw Bad($"The request's id has {Encoding.UTF8.GetByteCount(id)} bytes; at most {InferRequestParser.MaxIdLength} are taken");
                    break;
                case RequestField.Parameters:
                    ReadParameter(message.ReadMessage(), ofRequest: true, "The request");
                    break;
                case RequestField.Inputs:
                    inputs++;
                    message.Skip();
                    break;
                case RequestField.Outputs:
                    ReadOutput(message.ReadMessage());
                    break;
                case RequestField.RawContents:
                    raws++;
                    message.Skip();
                    break;
                default:
                    message.Skip();
                    break;
            }
        }

        return (inputs, raws);
    }

    private void ReadOutput(WireReader message)
    {
        string? name = null;
        _classes = 0;
        while (message.TryNext())
        {
            switch (message.Field)
            {
                case 1 when message.Is(WireType.Length):
                    name = message.ReadText();
                    break;
                case 2 when message.Is(WireType.Length):
                    ReadParameter(message.ReadMessage(), ofRequest: false, name is null ? "An output" : $"Output '{Short(name)}'");
                    break;
                default:
                    message.Skip();
                    break;
            }
        }

        if (string.IsNullOrEmpty(name))
        {
            throw Bad("One of the outputs has no name");
        }

        if (_call.RequestedOutputs.Contains(name))
        {
            throw Bad($"Output '{Short(name)}' is asked for twice");
        }

        if (_call.RequestedOutputs.Count == MaxOutputs)
        {
            throw Bad($"The request asks for more than {MaxOutputs} outputs");
        }

        _call.RequestedOutputs.Add(name);
        _call.OutputForms.Add(new OutputForm(Binary: null, _classes));
    }

    private void ReadInput(WireReader message, bool raw)
    {
        Span<long> shape = stackalloc long[InferRequestParser.MaxRank];
        string? name = null;
        TensorType? type = null;
        var rank = 0;
        var contents = default(WireReader);
        var hasContents = false;
        while (message.TryNext())
        {
            switch (message.Field)
            {
                case InputField.Name when message.Is(WireType.Length):
                    name = ReadInputName(message.ReadUtf8());
                    break;
                case InputField.Datatype when message.Is(WireType.Length):
                    type = ReadDatatype(message.ReadUtf8(), name);
                    break;
                case InputField.Shape when message.Is(WireType.Length):
                    for (var packed = message.ReadMessage(); !packed.IsAtEnd;)
                    {
                        AddDimension((long)packed.ReadVarint(), shape, ref rank, name);
                    }

                    break;
                case InputField.Shape when message.Is(WireType.Varint):
                    AddDimension((long)message.ReadVarint(), shape, ref rank, name);
                    break;
                case InputField.Parameters when message.Is(WireType.Length):
                    ReadParameter(message.ReadMessage(), ofRequest: false, Named(name));
                    break;
                case InputField.Contents when message.Is(WireType.Length):
                    contents = !hasContents ? message.ReadMessage() : throw Bad($"{Named(name)} has contents twice");
                    hasContents = true;
                    break;
                default:
                    message.Skip();
                    break;
            }
        }

        if (string.IsNullOrEmpty(name))
        {
            throw Bad("One of the inputs has no name");
        }

        if (type is null)
        {
            throw Bad($"Input '{Short(name)}' has no datatype");
        }

        var head = new InputHead(name, type.Value, shape[..rank]);
        if (!raw)
        {
            ReadContents(head, contents);
            return;
        }

        // Some clients write an empty message where there is nothing to say.
        if (hasContents && !contents.IsAtEnd)
        {
            throw Bad($"Input '{Short(name)}' has contents, but the request has raw_input_contents. Send every input's values in one of the two forms");
        }

        ReadRaw(head);
    }

    private readonly string ReadInputName(ReadOnlySpan<byte> name)
    {
        var known = _names.Find(name, _call.Inputs.Count);
        return known >= 0 ? _names[known] : Encoding.UTF8.GetString(name);
    }

    private static TensorType ReadDatatype(ReadOnlySpan<byte> text, string? input)
    {
        Span<char> name = stackalloc char[8];
        return Encoding.UTF8.TryGetChars(text, name, out var length) && TensorTypes.TryParseWireName(name[..length], out var type)
            ? type
            : throw Bad(
                $"{Named(input)} has the datatype '{Short(Encoding.UTF8.GetString(text))}', which is none of {string.Join(", ", Enum.GetValues<TensorType>().Select(t => t.WireName()))}");
    }

    private static void AddDimension(long dimension, Span<long> shape, ref int rank, string? input)
    {
        if (dimension < 0)
        {
            throw Bad($"{Named(input)} has a shape with {dimension} in it. Each dimension is a whole number of 0 or more");
        }

        if (rank == shape.Length)
        {
            throw Bad($"{Named(input)} has a shape of more than {shape.Length} dimensions");
        }

        shape[rank++] = dimension;
    }

    private static SlipwayException Bad(string message) => new(ErrorKind.InvalidInput, message + ".");

    private static string Named(string? input) => input is null ? "An input" : $"Input '{Short(input)}'";

    private static string Short(string text) => text.Length <= 60 ? text : string.Concat(text.AsSpan(0, 60), "…");

    /// <summary>What an input is, before its values.</summary>
    private readonly ref struct InputHead(string name, TensorType type, ReadOnlySpan<long> shape)
    {
        public string Name { get; } = name;

        public TensorType Type { get; } = type;

        public ReadOnlySpan<long> Shape { get; } = shape;
    }

    /// <summary>Fields of a ModelInferRequest.</summary>
    private static class RequestField
    {
        public const int Id = 3;
        public const int Parameters = 4;
        public const int Inputs = 5;
        public const int Outputs = 6;
        public const int RawContents = 7;
    }

    /// <summary>Fields of an InferInputTensor.</summary>
    private static class InputField
    {
        public const int Name = 1;
        public const int Datatype = 2;
        public const int Shape = 3;
        public const int Parameters = 4;
        public const int Contents = 5;
    }
}

/// <summary>What a gRPC request asks for besides its predictions.</summary>
/// <param name="TypedContents">True for outputs in <c>contents</c> instead of <c>raw_output_contents</c>.</param>
/// <param name="FinalResponse">True when a stream's answers shall say that they are the last one of their request.</param>
internal readonly record struct GrpcAsked(bool TypedContents, bool FinalResponse);
