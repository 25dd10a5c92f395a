using System.Text;
using System.Text.Unicode;
using Slipway.Core.Errors;
using Slipway.Serving.Routing;

namespace Slipway.Serving.OpenInference;

/// <summary>
/// Reads an inference request of the Open Inference Protocol in one pass over its bytes, numbers straight into pooled tensors. Whatever the bytes are, it fails
/// with a <see cref="SlipwayException"/> that says what is wrong, in time and memory that grow only with the length of the request.
/// </summary>
internal ref partial struct InferRequestParser
{
    /// <summary>The most dimensions of a tensor, and the deepest that its data is nested.</summary>
    public const int MaxRank = 16;

    /// <summary>The longest request id, in bytes.</summary>
    public const int MaxIdLength = 256;

    private const int MaxOutputs = 1024;

    private readonly InferenceCall _call;
    private readonly NameTable _names;
    private readonly ReadOnlyMemory<byte> _body;
    private readonly ReadOnlySpan<byte> _json;
    private readonly int _maxElements;

    // True when the JSON ends where a header says; binary tensors lie behind it.
    private readonly bool _hasBinary;

    // One bit for each name of the table: it came already.
    private readonly Span<ulong> _seenInputs;
    private int _at;
    private int _elements;
    private int _binaryAt;
    private string? _lastBinary;
    private bool _hasUnknownInput;

    private InferRequestParser(InferenceCall call, int? jsonLength, int maxElements, Span<ulong> seenInputs)
    {
        _call = call;
        _names = call.Route!.Inputs;
        _body = call.Body.Written;
        _binaryAt = jsonLength ?? _body.Length;
        _hasBinary = jsonLength is not null;
        _json = _body.Span[.._binaryAt];
        _maxElements = maxElements;
        _seenInputs = seenInputs;
    }

    /// <summary>Reads the call's body into its inputs, requested outputs, id and fields.</summary>
    /// <param name="call">The call, with its body.</param>
    /// <param name="maxElements">The most elements of tensors that come as JSON, and of texts; the length of the body bounds the others.</param>
    /// <param name="jsonLength">Where the JSON ends and binary tensors begin, at most the body's length; null when all of the body is JSON.</param>
    public static void Parse(InferenceCall call, int maxElements, int? jsonLength = null)
    {
        const int WordsOnStack = 16;
        var words = (call.Route!.Inputs.Count / 64) + 1;
        Span<ulong> seen = words <= WordsOnStack ? stackalloc ulong[WordsOnStack] : new ulong[words];
        seen.Clear();
        new InferRequestParser(call, jsonLength, maxElements, seen).ReadRequest();
    }

    private void ReadRequest()
    {
        // Checked once, over vectors, so that no text needs a check of its own.
        if (!Utf8.IsValid(_json))
        {
            throw Bad("The request is not UTF-8 text");
        }

        if (_json.StartsWith("\uFEFF"u8))
        {
            _at = 3;
        }

        SkipSpace();
        if (_at == _json.Length)
        {
            throw Bad("The request is empty. Send a JSON object with \"inputs\"");
        }

        if (_json[_at] != '{')
        {
            throw Bad("The request is not a JSON object. Send {\"inputs\": [{\"name\": …, \"shape\": …, \"datatype\": …, \"data\": …}]}");
        }

        _at++;
        var seen = RequestMembers.None;
        for (var first = true; NextMember(ref first, out var name);)
        {
            switch (name)
            {
                case var n when n.SequenceEqual("inputs"u8):
                    Once(ref seen, RequestMembers.Inputs, "inputs");
                    ReadInputs();
                    break;
                case var n when n.SequenceEqual("id"u8):
                    Once(ref seen, RequestMembers.Id, "id");
                    _call.RequestId = ReadId();
                    break;
                case var n when n.SequenceEqual("outputs"u8):
                    Once(ref seen, RequestMembers.Outputs, "outputs");
                    ReadOutputs();
                    break;
                case var n when n.SequenceEqual("parameters"u8):
                    Once(ref seen, RequestMembers.Parameters, "parameters");
                    ReadRequestParameters();
                    break;
                default:
                    SkipValue();
                    break;
            }
        }

        SkipSpace();
        if (_at != _json.Length)
        {
            throw BadJson("there is more after the end of the object");
        }

        if ((seen & RequestMembers.Inputs) == 0)
        {
            throw Bad("The request has no \"inputs\"");
        }

        RefuseRest();
    }

    private string ReadId()
    {
        var id = ReadText("\"id\"");
        return id.Length <= MaxIdLength
            ? Encoding.UTF8.GetString(id)
            : throw Bad($"The request's id has {id.Length} bytes; at most {MaxIdLength} are taken");
    }

    private void ReadInputs()
    {
        Expect((byte)'[', "\"inputs\" must be an array");
        for (var first = true; NextItem(ref first);)
        {
            ReadInput();
        }
    }

    [Flags]
    private enum RequestMembers
    {
        None = 0,
        Inputs = 1,
        Id = 2,
        Outputs = 4,
        Parameters = 8,
    }
}
