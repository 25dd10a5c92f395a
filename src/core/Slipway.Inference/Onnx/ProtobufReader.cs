namespace Slipway.Inference.Onnx;

/// <summary>
/// Walks the fields of a protobuf file without reading what it steps over: a model of gigabytes costs a few kilobytes. It refuses every form that another reader might take
/// differently, since what is checked here is loaded by ONNX Runtime's reader.
/// </summary>
internal sealed class ProtobufReader(Stream stream) : IDisposable
{
    private const int WireVarint = 0;
    private const int WireFixed64 = 1;
    private const int WireLength = 2;
    private const int WireFixed32 = 5;

    private readonly BufferedStream _stream = new(stream, 16 << 10);
    private long _position;

    public long Length { get; } = stream.Length;

    /// <summary>
    /// Reads the next field before <paramref name="end"/>: its number, and for a field with a length where its content ends; other values are stepped over (<c>contentEnd</c> −1).
    /// False at the end. The caller reads or skips the content.
    /// </summary>
    public bool TryReadField(long end, out int number, out long contentEnd, out long value)
    {
        number = 0;
        contentEnd = -1;
        value = 0;
        if (_position >= end)
        {
            return _position == end ? false : throw Torn();
        }

        var tag = ReadVarint(end);
        if (tag > uint.MaxValue || tag >> 3 == 0)
        {
            throw new InvalidDataException("it is no protobuf file");
        }

        number = (int)(tag >> 3);
        switch ((int)(tag & 7))
        {
            case WireVarint:
                value = (long)ReadVarint(end);
                break;
            case WireFixed64:
                Skip(_position + 8, end);
                break;
            case WireFixed32:
                Skip(_position + 4, end);
                break;
            case WireLength:
                var length = ReadVarint(end);
                if (length > (ulong)(end - _position))
                {
                    throw Torn();
                }

                contentEnd = _position + (long)length;
                break;
            default:
                throw new InvalidDataException("it is no protobuf file");
        }

        return true;
    }

    /// <summary>Moves to <paramref name="target"/>.</summary>
    public void Skip(long target) => Skip(target, Length);

    /// <summary>Reads the content of a short field.</summary>
    public byte[] ReadBytes(long end, int limit)
    {
        if (end - _position > limit)
        {
            throw new InvalidDataException($"it holds a name of {end - _position} bytes, and {limit} are the limit");
        }

        var bytes = new byte[(int)(end - _position)];
        _stream.ReadExactly(bytes);
        _position = end;
        return bytes;
    }

    public void Dispose() => _stream.Dispose();

    private void Skip(long target, long end)
    {
        if (target > end)
        {
            throw Torn();
        }

        // Small steps stay in the buffer.
        if (target != _position)
        {
            _stream.Seek(target, SeekOrigin.Begin);
            _position = target;
        }
    }

    private ulong ReadVarint(long end)
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            if (_position >= end)
            {
                throw Torn();
            }

            var next = _stream.ReadByte();
            if (next < 0)
            {
                throw Torn();
            }

            _position++;
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException("it is no protobuf file");
    }

    private static InvalidDataException Torn() => new("it is truncated or damaged");
}
