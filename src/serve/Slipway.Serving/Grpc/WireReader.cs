using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using Slipway.Core.Errors;

namespace Slipway.Serving.Grpc;

/// <summary>
/// Steps through the fields of a protobuf message without building it. Whatever the bytes are, it fails with a <see cref="SlipwayException"/>: a message that breaks off, or that is none, is the
/// caller's mistake.
/// </summary>
/// <param name="bytes">The message.</param>
/// <param name="start">Where it begins in the request, for the position in an error and for slices of the request's memory.</param>
internal ref struct WireReader(ReadOnlySpan<byte> bytes, int start)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly int _start = start;
    private int _at;

    /// <summary>The field that <see cref="TryNext"/> stepped to.</summary>
    public int Field { get; private set; }

    /// <summary>How that field's value is written.</summary>
    public WireType Type { get; private set; }

    /// <summary>Where the next byte stands in the request.</summary>
    public readonly int Position => _start + _at;

    public readonly bool IsAtEnd => _at == _bytes.Length;

    /// <summary>Steps to the next field; false at the end. Its value must be read, or left with <see cref="Skip"/>, before the next step.</summary>
    public bool TryNext()
    {
        if (IsAtEnd)
        {
            return false;
        }

        var tag = ReadVarint();
        Field = tag >> 3 is > 0 and <= int.MaxValue >> 2 ? (int)(tag >> 3) : throw Broken();
        Type = (tag & 7) is 0 or 1 or 2 or 5 ? (WireType)(tag & 7) : throw Broken();
        return true;
    }

    /// <summary>True when the field's value is written like this; a known field that is written otherwise is unknown to protobuf, and left.</summary>
    public readonly bool Is(WireType type) => Type == type;

    public void Skip()
    {
        switch (Type)
        {
            case WireType.Varint:
                ReadVarint();
                break;
            case WireType.Fixed64:
                Take(8);
                break;
            case WireType.Fixed32:
                Take(4);
                break;
            default:
                ReadBytes();
                break;
        }
    }

    public ulong ReadVarint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_at == _bytes.Length)
            {
                throw Broken();
            }

            var next = _bytes[_at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Broken();
    }

    public uint ReadFixed32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public ulong ReadFixed64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    public ReadOnlySpan<byte> ReadBytes()
    {
        var length = ReadVarint();
        return length <= (ulong)(_bytes.Length - _at) ? Take((int)length) : throw Broken();
    }

    /// <summary>A message inside this one.</summary>
    public WireReader ReadMessage()
    {
        var bytes = ReadBytes();
        return new WireReader(bytes, Position - bytes.Length);
    }

    /// <summary>A text's bytes, which are UTF-8.</summary>
    public ReadOnlySpan<byte> ReadUtf8()
    {
        var bytes = ReadBytes();
        return Utf8.IsValid(bytes)
            ? bytes
            : throw new SlipwayException(ErrorKind.InvalidInput, $"The message is not right before byte {Position}: a text there is not UTF-8.");
    }

    public string ReadText() => Encoding.UTF8.GetString(ReadUtf8());

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _bytes.Length - _at)
        {
            throw Broken();
        }

        _at += length;
        return _bytes.Slice(_at - length, length);
    }

    private readonly SlipwayException Broken() => new(
        ErrorKind.InvalidInput, $"The message is not right at byte {Position}: it is no protobuf message there, or it breaks off. Send a ModelInferRequest of package inference.");
}

/// <summary>How a value is written in protobuf. The groups of its first version are not among them.</summary>
internal enum WireType
{
    /// <summary>A whole number or truth value, seven bits a byte.</summary>
    Varint = 0,

    /// <summary>Eight bytes.</summary>
    Fixed64 = 1,

    /// <summary>A length, and as many bytes: texts, messages, packed numbers.</summary>
    Length = 2,

    /// <summary>Four bytes.</summary>
    Fixed32 = 5,
}
