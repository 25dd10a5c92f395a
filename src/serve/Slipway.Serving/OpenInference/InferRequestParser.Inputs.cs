using System.Text;
using Slipway.Core.Errors;
using Slipway.Inference.Tensors;

namespace Slipway.Serving.OpenInference;

/// <content>The tensors of a request.</content>
internal ref partial struct InferRequestParser
{
    private void ReadInput()
    {
        Expect((byte)'{', "each of \"inputs\" must be an object");
        Span<long> shape = stackalloc long[MaxRank];
        var input = new InputHead { Rank = -1, DataAt = -1, BinarySize = -1 };
        var seen = InputMembers.None;
        Tensor? tensor = null;
        for (var first = true; NextMember(ref first, out var name);)
        {
            switch (name)
            {
                case var n when n.SequenceEqual("name"u8):
                    Once(ref seen, InputMembers.Name, "name");
                    input.Name = ReadInputName();
                    break;
                case var n when n.SequenceEqual("shape"u8):
                    Once(ref seen, InputMembers.Shape, "shape");
                    input.Rank = ReadShape(shape, input.Name);
                    break;
                case var n when n.SequenceEqual("datatype"u8):
                    Once(ref seen, InputMembers.Datatype, "datatype");
                    input.Type = ReadDatatype(input.Name);
                    break;
                case var n when n.SequenceEqual("data"u8):
                    Once(ref seen, InputMembers.Data, "data");
                    if (input.IsComplete)
                    {
                        tensor = ReadTensor(input, shape[..input.Rank]);
                    }
                    else
                    {
                        // The head comes after the data: come back once it is known.
                        input.DataAt = _at;
                        SkipValue();
                    }

                    break;
                case var n when n.SequenceEqual("parameters"u8):
                    Once(ref seen, InputMembers.Parameters, "parameters");
                    ReadInputParameters(ref input);
                    break;
                default:
                    SkipValue();
                    break;
            }
        }

        if (input.BinarySize >= 0 && (seen & InputMembers.Data) != 0)
        {
            throw Bad($"{Named(input.Name)} has both \"data\" and binary_data_size. Send it one way");
        }

        if (tensor is null)
        {
            ReadLate(input, shape);
        }
    }

    private void ReadLate(in InputHead input, scoped ReadOnlySpan<long> shape)
    {
        if (input.Name is null)
        {
            throw Bad("One of \"inputs\" has no \"name\"");
        }

        if (input.Rank < 0 || input.Type is null || (input.DataAt < 0 && input.BinarySize < 0))
        {
            var missing = input.Rank < 0 ? "shape" : input.Type is null ? "datatype" : "data";
            throw Bad($"Input '{Short(input.Name)}' has no \"{missing}\"");
        }

        if (input.BinarySize >= 0)
        {
            ReadBinary(input, shape[..input.Rank]);
            return;
        }

        var end = _at;
        _at = input.DataAt;
        ReadTensor(input, shape[..input.Rank]);
        _at = end;
    }

    private string ReadInputName()
    {
        var name = ReadText("the name of an input");
        var known = _names.Find(name, _call.Inputs.Count);
        if (known < 0)
        {
            var unknown = Encoding.UTF8.GetString(name);

            // One unknown name may be the matrix of a tabular model, or else the signature's check reports it; two never are right.
            if (_hasUnknownInput)
            {
                throw Bad($"{_call.Deployment} has no input '{Short(unknown)}'");
            }

            _hasUnknownInput = true;
            return unknown;
        }

        var bit = 1UL << (known % 64);
        if ((_seenInputs[known / 64] & bit) != 0)
        {
            throw Bad($"Input '{Short(_names[known])}' appears twice");
        }

        _seenInputs[known / 64] |= bit;
        return _names[known];
    }

    private int ReadShape(scoped Span<long> shape, string? input)
    {
        Expect((byte)'[', "\"shape\" must be an array of whole numbers");
        var rank = 0;
        for (var first = true; NextItem(ref first); rank++)
        {
            if (rank == MaxRank)
            {
                throw Bad($"{Named(input)} has a shape of more than {MaxRank} dimensions");
            }

            var length = NumberScanner.Scan(_json[_at..], out shape[rank]);
            if (length <= 0 || shape[rank] < 0)
            {
                throw Bad($"{Named(input)} has a shape with something at byte {_at} that is not a dimension. Each is a whole number of 0 or more");
            }

            _at += length;
        }

        return rank;
    }

    private TensorType ReadDatatype(string? input)
    {
        Span<char> name = stackalloc char[8];
        var text = ReadText("\"datatype\"");
        return Encoding.UTF8.TryGetChars(text, name, out var length) && TensorTypes.TryParseWireName(name[..length], out var type)
            ? type
            : throw Bad(
                $"{Named(input)} has the datatype '{Short(Encoding.UTF8.GetString(text))}', which is none of {string.Join(", ", Enum.GetValues<TensorType>().Select(t => t.WireName()))}");
    }

    private Tensor ReadTensor(in InputHead input, scoped ReadOnlySpan<long> shape)
    {
        var name = input.Name!;
        var count = CountElements(name, shape);
        var tensor = _call.Inputs.Add(name, input.Type!.Value, shape);
        if (_at >= _json.Length || _json[_at] != '[')
        {
            throw Bad($"The data of input '{Short(name)}' must be an array");
        }

        _elements += count;
        switch (tensor.Type)
        {
            case TensorType.Float32:
                ReadData<float, Float32Element>(tensor, tensor.Values<float>());
                break;
            case TensorType.Float64:
                ReadData<double, Float64Element>(tensor, tensor.Values<double>());
                break;
            case TensorType.Float16:
                ReadData<Half, Float16Element>(tensor, tensor.Values<Half>());
                break;
            case TensorType.Int64:
                ReadData<long, IntegerElement<long>>(tensor, tensor.Values<long>());
                break;
            case TensorType.Int32:
                ReadData<int, IntegerElement<int>>(tensor, tensor.Values<int>());
                break;
            case TensorType.Int16:
                ReadData<short, IntegerElement<short>>(tensor, tensor.Values<short>());
                break;
            case TensorType.Int8:
                ReadData<sbyte, IntegerElement<sbyte>>(tensor, tensor.Values<sbyte>());
                break;
            case TensorType.UInt64:
                ReadData<ulong, IntegerElement<ulong>>(tensor, tensor.Values<ulong>());
                break;
            case TensorType.UInt32:
                ReadData<uint, IntegerElement<uint>>(tensor, tensor.Values<uint>());
                break;
            case TensorType.UInt16:
                ReadData<ushort, IntegerElement<ushort>>(tensor, tensor.Values<ushort>());
                break;
            case TensorType.UInt8:
                ReadData<byte, IntegerElement<byte>>(tensor, tensor.Values<byte>());
                break;
            case TensorType.Bool:
                ReadData<byte, BoolElement>(tensor, tensor.Values<byte>());
                break;
            case TensorType.Bytes:
                ReadData<ReadOnlyMemory<byte>?, BytesElement>(tensor, tensor.Items);
                break;
            default:
                throw new InvalidOperationException($"{tensor.Type} has no reader.");
        }

        return tensor;
    }

    /// <summary>The number of elements of a shape, before memory is taken for them.</summary>
    private readonly int CountElements(string name, scoped ReadOnlySpan<long> shape)
    {
        var count = 1L;
        var empty = shape.Contains(0);
        foreach (var dimension in shape)
        {
            if (!empty && count > _maxElements / dimension)
            {
                throw TooMany(name, shape);
            }

            count = empty ? 0 : count * dimension;
        }

        if (_elements + count > _maxElements)
        {
            throw TooMany(name, shape);
        }

        // Each element takes a character and a separator, so a short request cannot claim a large tensor.
        return count <= (_json.Length - _at + 1) / 2 ? (int)count : throw CountMismatch(name, shape, "fewer");
    }

    private readonly SlipwayException TooMany(string name, scoped ReadOnlySpan<long> shape) => new(
        ErrorKind.TooLarge,
        $"Input '{Short(name)}' has shape {ShapeText(shape)}, and with it the request has more than {_maxElements} elements, the most that is taken at once. Send fewer rows a request.");

    private static SlipwayException CountMismatch(string name, ReadOnlySpan<long> shape, string held)
    {
        var count = 1L;
        foreach (var dimension in shape)
        {
            count *= dimension;
        }

        return Bad($"Input '{Short(name)}' has shape {ShapeText(shape)}, which is {count} {(count == 1 ? "element" : "elements")}, but its data holds {held}");
    }

    private static SlipwayException WrongNesting(string name, ReadOnlySpan<long> shape) =>
        Bad($"The data of input '{Short(name)}' is nested otherwise than its shape {ShapeText(shape)}. Send it flat, or nested like the shape");

    private static string ShapeText(ReadOnlySpan<long> shape) => $"[{string.Join(", ", shape.ToArray())}]";

    private static string Named(string? input) => input is null ? "An input" : $"Input '{Short(input)}'";

    /// <summary>What stands before an input's data.</summary>
    private struct InputHead
    {
        public string? Name;
        public TensorType? Type;
        public int Rank;
        public int DataAt;
        public long BinarySize;

        public readonly bool IsComplete => Name is not null && Type is not null && Rank >= 0;
    }

    [Flags]
    private enum InputMembers
    {
        None = 0,
        Name = 1,
        Shape = 2,
        Datatype = 4,
        Data = 8,
        Parameters = 16,
    }
}
