using System.Buffers.Binary;
using System.Numerics;
using Slipway.Core.Errors;
using Slipway.Inference.Tensors;

namespace Slipway.Serving.Grpc;

/// <content>The values of an input, typed or raw.</content>
internal ref partial struct InferReader
{
    private const int LengthPrefix = 4;

    private static readonly string[] ContentsNames =
        ["", "bool_contents", "int_contents", "int64_contents", "uint_contents", "uint64_contents", "fp32_contents", "fp64_contents", "bytes_contents"];

    /// <summary>The field of InferTensorContents that carries a type's values; 0 for FP16, which has none.</summary>
    internal static int ContentsField(TensorType type) => type switch
    {
        TensorType.Bool => 1,
        TensorType.Int8 or TensorType.Int16 or TensorType.Int32 => 2,
        TensorType.Int64 => 3,
        TensorType.UInt8 or TensorType.UInt16 or TensorType.UInt32 => 4,
        TensorType.UInt64 => 5,
        TensorType.Float32 => 6,
        TensorType.Float64 => 7,
        TensorType.Bytes => 8,
        _ => 0,
    };

    private void ReadContents(scoped InputHead head, WireReader contents)
    {
        var field = ContentsField(head.Type);
        if (field == 0)
        {
            throw Bad($"Input '{Short(head.Name)}' is {head.Type.WireName()}, which has no typed contents. Send every input in raw_input_contents");
        }

        // Counted before memory is taken, so that a short message cannot claim a large tensor.
        var held = 0L;
        var counting = contents;
        while (counting.TryNext())
        {
            var at = counting.Field;
            var count = CountValues(ref counting);
            held += at == field || count == 0
                ? count
                : throw Bad($"Input '{Short(head.Name)}' has values in {ContentsNames[at]}, but {head.Type.WireName()} travels in {ContentsNames[field]}");
        }

        if (CountElements(head) is var expected && expected != held)
        {
            throw Bad($"Input '{Short(head.Name)}' has shape {ShapeText(head.Shape)}, which is {Elements(expected)}, but its {ContentsNames[field]} holds {held}");
        }

        var tensor = Add(head, (int)expected);
        for (var filled = 0; contents.TryNext();)
        {
            if (contents.Field == field)
            {
                Fill(tensor, ref contents, ref filled);
            }
            else
            {
                contents.Skip();
            }
        }
    }

    /// <summary>How many values a field of InferTensorContents holds, packed or one by one; it is stepped over.</summary>
    private static int CountValues(scoped ref WireReader contents)
    {
        var one = contents.Field switch
        {
            >= 1 and <= 5 => WireType.Varint,
            6 => WireType.Fixed32,
            7 => WireType.Fixed64,
            _ => WireType.Length,
        };
        if (contents.Field >= ContentsNames.Length || (contents.Type != one && contents.Type != WireType.Length))
        {
            contents.Skip();
            return 0;
        }

        if (contents.Type == one)
        {
            contents.Skip();
            return 1;
        }

        var packed = contents.ReadBytes();
        return one switch
        {
            WireType.Fixed32 => packed.Length / sizeof(float),
            WireType.Fixed64 => packed.Length / sizeof(double),
            _ => packed.Length - CountContinued(packed),
        };
    }

    // Each number ends with the one byte of it that has no high bit.
    private static int CountContinued(ReadOnlySpan<byte> varints)
    {
        var count = 0;
        foreach (var value in varints)
        {
            count += value >> 7;
        }

        return count;
    }

    private void Fill(Tensor tensor, scoped ref WireReader contents, ref int filled)
    {
        switch (tensor.Type)
        {
            case TensorType.Float32 when contents.Is(WireType.Fixed32):
                BinaryPrimitives.WriteUInt32LittleEndian(tensor.Raw[(filled++ * sizeof(float))..], contents.ReadFixed32());
                break;
            case TensorType.Float64 when contents.Is(WireType.Fixed64):
                BinaryPrimitives.WriteUInt64LittleEndian(tensor.Raw[(filled++ * sizeof(double))..], contents.ReadFixed64());
                break;
            case TensorType.Float32 or TensorType.Float64 when contents.Is(WireType.Length):
                var size = tensor.Type.Size();
                var packed = contents.ReadBytes();
                packed[..(packed.Length / size * size)].CopyTo(tensor.Raw[(filled * size)..]);
                filled += packed.Length / size;
                break;
            case TensorType.Bytes when contents.Is(WireType.Length):
                var bytes = contents.ReadBytes();
                tensor.Items[filled++] = _body.Slice(contents.Position - bytes.Length, bytes.Length);
                break;
            case TensorType.Float32 or TensorType.Float64 or TensorType.Bytes:
                contents.Skip();
                break;
            case TensorType.Bool:
                FillIntegers(tensor, tensor.Values<byte>(), ref contents, ref filled, value => value == 0 ? 0UL : 1UL);
                break;
            case TensorType.Int8:
                FillIntegers(tensor, tensor.Values<sbyte>(), ref contents, ref filled, AsInt32);
                break;
            case TensorType.Int16:
                FillIntegers(tensor, tensor.Values<short>(), ref contents, ref filled, AsInt32);
                break;
            case TensorType.Int32:
                FillIntegers(tensor, tensor.Values<int>(), ref contents, ref filled, AsInt32);
                break;
            case TensorType.Int64:
                FillIntegers(tensor, tensor.Values<long>(), ref contents, ref filled, value => value);
                break;
            case TensorType.UInt8:
                FillIntegers(tensor, tensor.Values<byte>(), ref contents, ref filled, AsUInt32);
                break;
            case TensorType.UInt16:
                FillIntegers(tensor, tensor.Values<ushort>(), ref contents, ref filled, AsUInt32);
                break;
            case TensorType.UInt32:
                FillIntegers(tensor, tensor.Values<uint>(), ref contents, ref filled, AsUInt32);
                break;
            default:
                FillIntegers(tensor, tensor.Values<ulong>(), ref contents, ref filled, value => value);
                break;
        }
    }

    // Protobuf cuts a varint to the 32 bits of its field; an int32 then stands for all 64.
    private static ulong AsInt32(ulong value) => (ulong)(int)value;

    private static ulong AsUInt32(ulong value) => (uint)value;

    private static void FillIntegers<T>(Tensor tensor, Span<T> values, scoped ref WireReader contents, ref int filled, Func<ulong, ulong> fieldValue)
        where T : unmanaged, IBinaryInteger<T>
    {
        if (contents.Is(WireType.Varint))
        {
            values[filled++] = Checked<T>(tensor, filled, fieldValue(contents.ReadVarint()));
            return;
        }

        if (!contents.Is(WireType.Length))
        {
            contents.Skip();
            return;
        }

        for (var packed = contents.ReadMessage(); !packed.IsAtEnd;)
        {
            values[filled++] = Checked<T>(tensor, filled, fieldValue(packed.ReadVarint()));
        }
    }

    private static T Checked<T>(Tensor tensor, int index, ulong value)
        where T : unmanaged, IBinaryInteger<T>
    {
        // As the type that has its sign, the value there and back is the test of the range.
        var narrow = T.CreateTruncating(value);
        return ulong.CreateTruncating(narrow) == value
            ? narrow
            : throw Bad($"Element {index - 1} of input '{Short(tensor.Name)}' is {(T.IsNegative(T.Zero - T.One) ? ((long)value).ToString() : value.ToString())}, which {tensor.Type.WireName()} cannot hold");
    }

    private void ReadRaw(scoped InputHead head)
    {
        ReadOnlySpan<byte> bytes = default;
        while (_raw.TryNext())
        {
            if (_raw.Field == RequestField.RawContents && _raw.Is(WireType.Length))
            {
                bytes = _raw.ReadBytes();
                break;
            }

            _raw.Skip();
        }

        var expected = CountElements(head);
        if (head.Type == TensorType.Bytes)
        {
            ReadRawItems(head, expected, bytes);
            return;
        }

        if (bytes.Length != expected * head.Type.Size())
        {
            throw Bad(
                $"Input '{Short(head.Name)}' has shape {ShapeText(head.Shape)}, which is {Elements(expected)} or {expected * head.Type.Size()} bytes of {head.Type.WireName()}, but its raw contents have {bytes.Length} bytes");
        }

        var tensor = Add(head, (int)expected);
        bytes.CopyTo(tensor.Raw);
        if (head.Type == TensorType.Bool)
        {
            foreach (ref var value in tensor.Raw)
            {
                value = value == 0 ? (byte)0 : (byte)1;
            }
        }
    }

    private void ReadRawItems(scoped InputHead head, long expected, scoped ReadOnlySpan<byte> bytes)
    {
        var start = _raw.Position - bytes.Length;
        var held = 0L;
        for (var at = 0; at < bytes.Length; held++)
        {
            at = NextItem(head.Name, bytes, at, held);
        }

        if (held != expected)
        {
            throw Bad($"Input '{Short(head.Name)}' has shape {ShapeText(head.Shape)}, which is {Elements(expected)}, but its raw contents hold {held}");
        }

        var items = Add(head, (int)expected).Items;
        for (int i = 0, at = 0; i < items.Length; i++)
        {
            var next = NextItem(head.Name, bytes, at, i);
            items[i] = _body.Slice(start + at + LengthPrefix, next - at - LengthPrefix);
            at = next;
        }
    }

    /// <summary>Where the element ends that begins here with its length.</summary>
    private static int NextItem(string input, ReadOnlySpan<byte> bytes, int at, long index)
    {
        var rest = bytes.Length - at - LengthPrefix;
        if (rest < 0 || BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]) is var length && length > (uint)rest)
        {
            throw Bad(
                $"Element {index} of input '{Short(input)}' goes beyond its raw contents, which have {bytes.Length} bytes. Each element of BYTES is its length, 4 bytes little-endian, and as many bytes");
        }

        return at + LengthPrefix + (int)length;
    }

    /// <summary>The number of elements of a shape, which fits the bound.</summary>
    private readonly long CountElements(scoped InputHead head)
    {
        var count = 1L;
        var empty = head.Shape.Contains(0);
        foreach (var dimension in head.Shape)
        {
            if (!empty && count > _maxElements / dimension)
            {
                throw TooMany(head);
            }

            count = empty ? 0 : count * dimension;
        }

        return _elements + count <= _maxElements ? count : throw TooMany(head);
    }

    private Tensor Add(scoped InputHead head, int elements)
    {
        _elements += elements;
        return _call.Inputs.Add(head.Name, head.Type, head.Shape);
    }

    private readonly SlipwayException TooMany(scoped InputHead head) => new(
        ErrorKind.TooLarge,
        $"Input '{Short(head.Name)}' has shape {ShapeText(head.Shape)}, and with it the request has more than {_maxElements} elements, the most that is taken at once. Send fewer rows a request.");

    private static string ShapeText(ReadOnlySpan<long> shape) => $"[{string.Join(", ", shape.ToArray())}]";

    private static string Elements(long count) => count == 1 ? "1 element" : $"{count} elements";
}
