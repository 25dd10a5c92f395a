using Slipway.Core.Errors;

namespace Slipway.Tracking.Traces.Otlp;

/// <summary>Goes through the fields of a message of protobuf without making anything of them.</summary>
internal ref struct WireFields(ReadOnlySpan<byte> content, int offset)
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int Bytes = 2;
    private const int Fixed32 = 5;

    private readonly ReadOnlySpan<byte> _content = content;
    private int _at;

    /// <summary>Where the field that was read lies, counted from where the whole content does, when it has a length of its own.</summary>
    public Range Place { get; private set; }

    /// <summary>Moves on to the next field with this number that has a length of its own; false at the end.</summary>
    public bool MoveTo(int number)
    {
        while (_at < _content.Length)
        {
            var tag = ReadVarint();
            var length = (int)(tag & 7) switch
            {
                Varint => SkipVarint(),
                Fixed64 => 8UL,
                Bytes => ReadVarint(),
                Fixed32 => 4UL,
                _ => throw Broken(),
            };
            if (tag >> 3 == 0 || length > (ulong)(_content.Length - _at))
            {
                throw Broken();
            }

            var begin = _at;
            _at += (int)length;
            if ((tag & 7) == Bytes && tag >> 3 == (ulong)number)
            {
                Place = (offset + begin)..(offset + _at);
                return true;
            }
        }

        return false;
    }

    private ulong SkipVarint()
    {
        ReadVarint();
        return 0;
    }

    private ulong ReadVarint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_at >= _content.Length)
            {
                throw Broken();
            }

            var part = _content[_at++];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw Broken();
    }

    private static SlipwayException Broken() => new(ErrorKind.InvalidInput, "The request is no message of OTLP's traces in protobuf: it is cut off, or something else.");
}
