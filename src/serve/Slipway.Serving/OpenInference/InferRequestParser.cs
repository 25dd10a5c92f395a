using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
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

    private static readonly SearchValues<byte> StringStops = SearchValues.Create([(byte)'"', (byte)'\\', .. Enumerable.Range(0, 0x20).Select(c => (byte)c)]);

    private readonly InferenceCall _call;
    private readonly NameTable _names;
    private readonly ReadOnlyMemory<byte> _body;
    private readonly ReadOnlySpan<byte> _json;
    private readonly int _maxElements;

    // One bit for each name of the table: it came already.
    private readonly Span<ulong> _seenInputs;
    private int _at;
    private int _elements;
    private bool _hasUnknownInput;

    private InferRequestParser(InferenceCall call, int maxElements, Span<ulong> seenInputs)
    {
        _call = call;
        _names = call.Route!.Inputs;
        _body = call.Body.Written;
        _json = _body.Span;
        _maxElements = maxElements;
        _seenInputs = seenInputs;
    }

    /// <summary>Reads the call's body into its inputs, requested outputs, id and fields.</summary>
    public static void Parse(InferenceCall call, int maxElements)
    {
        const int WordsOnStack = 16;
        var words = (call.Route!.Inputs.Count / 64) + 1;
        Span<ulong> seen = words <= WordsOnStack ? stackalloc ulong[WordsOnStack] : new ulong[words];
        seen.Clear();
        new InferRequestParser(call, maxElements, seen).ReadRequest();
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
                    ReadParameters(ParameterPlace.Request, "The request");
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

    private void ReadOutputs()
    {
        Expect((byte)'[', "\"outputs\" must be an array");
        for (var first = true; NextItem(ref first);)
        {
            Expect((byte)'{', "each of \"outputs\" must be an object with a \"name\"");
            string? output = null;
            for (var firstMember = true; NextMember(ref firstMember, out var name);)
            {
                if (name.SequenceEqual("name"u8))
                {
                    output = output is null ? Encoding.UTF8.GetString(ReadText("the name of an output")) : throw Twice("name");
                }
                else if (name.SequenceEqual("parameters"u8))
                {
                    ReadParameters(ParameterPlace.Tensor, output is null ? "An output" : $"Output '{Short(output)}'");
                }
                else
                {
                    SkipValue();
                }
            }

            if (output is null)
            {
                throw Bad("One of \"outputs\" has no \"name\"");
            }

            // Compared with the model's outputs later; more than any model has need not be collected.
            if (_call.RequestedOutputs.Contains(output))
            {
                throw Bad($"Output '{Short(output)}' is asked for twice");
            }

            if (_call.RequestedOutputs.Count == MaxOutputs)
            {
                throw Bad($"The request asks for more than {MaxOutputs} outputs");
            }

            _call.RequestedOutputs.Add(output);
        }
    }

    /// <summary>Steps to the next member of an object and reads its name and colon; false at the object's end.</summary>
    private bool NextMember(ref bool first, out ReadOnlySpan<byte> name)
    {
        SkipSpace();
        if (first && TryTake((byte)'}'))
        {
            name = default;
            return false;
        }

        if (!first)
        {
            if (TryTake((byte)'}'))
            {
                name = default;
                return false;
            }

            if (!TryTake((byte)','))
            {
                throw BadJson("',' or '}' was expected");
            }

            SkipSpace();
        }

        first = false;
        name = ReadString("a member's name was expected").Span;
        SkipSpace();
        if (!TryTake((byte)':'))
        {
            throw BadJson("':' was expected");
        }

        SkipSpace();
        return true;
    }

    /// <summary>Steps to the next element of an array; false at the array's end.</summary>
    private bool NextItem(ref bool first)
    {
        SkipSpace();
        if (TryTake((byte)']'))
        {
            return false;
        }

        if (!first && !TryTake((byte)','))
        {
            throw BadJson("',' or ']' was expected");
        }

        first = false;
        SkipSpace();
        return true;
    }

    /// <summary>Reads a text value; <paramref name="what"/> it is for stands in the message when it is none.</summary>
    private ReadOnlySpan<byte> ReadText(string what) => _at < _json.Length && _json[_at] == '"'
        ? ReadString("").Span
        : throw Bad($"The request is wrong at byte {_at}: {what} must be a text");

    /// <summary>Reads a string without its quotes and escapes. The result lives as long as the call.</summary>
    private ReadOnlyMemory<byte> ReadString(string expected)
    {
        if (!TryTake((byte)'"'))
        {
            throw BadJson(expected);
        }

        var length = _json[_at..].IndexOfAny(StringStops);
        if (length >= 0 && _json[_at + length] == '"')
        {
            var text = _body.Slice(_at, length);
            _at += length + 1;
            return text;
        }

        return ReadEscapedString();
    }

    private ReadOnlyMemory<byte> ReadEscapedString()
    {
        var texts = _call.Texts;

        // Without its escapes a text is never longer than with them; reserved in one go, it lies in one piece.
        var begin = _at;
        var end = EndOfString();
        texts.Reserve(end - begin);
        var from = texts.Count;
        while (_at < end)
        {
            var plain = _json[_at..end].IndexOf((byte)'\\');
            if (plain < 0)
            {
                plain = end - _at;
            }

            texts.Append(_json.Slice(_at, plain));
            _at += plain;
            if (_at < end)
            {
                ReadEscape(texts, end);
            }
        }

        _at = end + 1;
        return texts.Written[from..];
    }

    private readonly int EndOfString()
    {
        var at = _at;
        while (true)
        {
            var step = _json[at..].IndexOfAny(StringStops);
            if (step < 0)
            {
                throw BadJson("a text has no end");
            }

            at += step;
            switch (_json[at])
            {
                case (byte)'"':
                    return at;
                case (byte)'\\' when at + 1 < _json.Length:
                    at += 2;
                    break;
                case (byte)'\\':
                    throw BadJson("a text has no end");
                default:
                    throw BadJson("a text holds a control character, which must be written as an escape");
            }
        }
    }

    private void ReadEscape(CallBuffer texts, int end)
    {
        var escape = _json[_at + 1];
        _at += 2;
        switch (escape)
        {
            case (byte)'"' or (byte)'\\' or (byte)'/':
                texts.Append(escape);
                break;
            case (byte)'b':
                texts.Append((byte)'\b');
                break;
            case (byte)'f':
                texts.Append((byte)'\f');
                break;
            case (byte)'n':
                texts.Append((byte)'\n');
                break;
            case (byte)'r':
                texts.Append((byte)'\r');
                break;
            case (byte)'t':
                texts.Append((byte)'\t');
                break;
            case (byte)'u':
                ReadUnicodeEscape(texts, end);
                break;
            default:
                throw BadJson($"'\\{(char)escape}' is not an escape");
        }
    }

    private void ReadUnicodeEscape(CallBuffer texts, int end)
    {
        var first = (char)ReadHex(end);
        Rune rune;
        if (char.IsHighSurrogate(first) && end - _at >= 6 && _json[_at] == '\\' && _json[_at + 1] == 'u')
        {
            _at += 2;
            if (!Rune.TryCreate(first, (char)ReadHex(end), out rune))
            {
                throw BadJson("half of a surrogate pair stands alone");
            }
        }
        else if (!Rune.TryCreate(first, out rune))
        {
            throw BadJson("half of a surrogate pair stands alone");
        }

        Span<byte> utf8 = stackalloc byte[4];
        texts.Append(utf8[..rune.EncodeToUtf8(utf8)]);
    }

    private int ReadHex(int end)
    {
        var value = 0;
        for (var i = 0; i < 4; i++)
        {
            var digit = _at < end ? HexDigit(_json[_at]) : -1;
            if (digit < 0)
            {
                throw BadJson("'\\u' needs four hexadecimal digits");
            }

            value = (value << 4) | digit;
            _at++;
        }

        return value;
    }

    private static int HexDigit(byte c) => c switch
    {
        >= (byte)'0' and <= (byte)'9' => c - '0',
        >= (byte)'a' and <= (byte)'f' => c - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => c - 'A' + 10,
        _ => -1,
    };

    /// <summary>Steps over a value that nobody needs, which must be right JSON all the same. The framework's reader is bounded in depth.</summary>
    private void SkipValue()
    {
        try
        {
            var reader = new Utf8JsonReader(_json[_at..], new JsonReaderOptions { MaxDepth = 64 });
            reader.Read();
            reader.Skip();
            _at += (int)reader.BytesConsumed;
        }
        catch (JsonException)
        {
            throw BadJson("a value was expected that is right JSON and nested at most 64 deep");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void SkipSpace()
    {
        while (_at < _json.Length && _json[_at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            _at++;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryTake(byte wanted)
    {
        if (_at < _json.Length && _json[_at] == wanted)
        {
            _at++;
            return true;
        }

        return false;
    }

    private void Expect(byte wanted, string problem)
    {
        if (!TryTake(wanted))
        {
            throw BadJson(problem);
        }
    }

    private static void Once<T>(ref T seen, T member, string name)
        where T : struct, Enum
    {
        if (seen.HasFlag(member))
        {
            throw Twice(name);
        }

        seen = Unsafe.BitCast<int, T>(Unsafe.BitCast<T, int>(seen) | Unsafe.BitCast<T, int>(member));
    }

    private readonly SlipwayException BadJson(string problem) => Bad($"The request is not right at byte {_at}: {problem}");

    private static SlipwayException Twice(string name) => Bad($"\"{name}\" appears twice in one object");

    private static SlipwayException Bad(string message) => new(ErrorKind.InvalidInput, message + ".");

    private static string Short(string text) => text.Length <= 60 ? text : string.Concat(text.AsSpan(0, 60), "…");

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
