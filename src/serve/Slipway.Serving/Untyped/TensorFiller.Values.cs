using Slipway.Core.Errors;
using Slipway.Inference.Tensors;
using Slipway.Serving.OpenInference;

namespace Slipway.Serving.Untyped;

/// <content>Values of JSON.</content>
internal ref partial struct TensorFiller
{
    private void Read(scoped ref JsonCursor json, int input, scoped ref InputFill fill, int depth)
    {
        var tensor = _call.Inputs[fill.Tensor - 1];
        switch (tensor.Type)
        {
            case TensorType.Float64:
                Read<double, FloatElement<double>>(ref json, input, tensor, ref fill, depth);
                break;
            case TensorType.Float32:
                Read<float, FloatElement<float>>(ref json, input, tensor, ref fill, depth);
                break;
            case TensorType.Float16:
                Read<Half, FloatElement<Half>>(ref json, input, tensor, ref fill, depth);
                break;
            case TensorType.Int64:
                Read<long, IntegerElement<long>>(ref json, input, tensor, ref fill, depth);
                break;
            case TensorType.Int32:
                Read<int, IntegerElement<int>>(ref json, input, tensor, ref fill, depth);
                break;
            case TensorType.Int16:
                Read<short, IntegerElement<short>>(ref json, input, tensor, ref fill, depth);
                break;
            case TensorType.Int8:
                Read<sbyte, IntegerElement<sbyte>>(ref json, input, tensor, ref fill, depth);
                break;
            case TensorType.UInt64:
                Read<ulong, IntegerElement<ulong>>(ref json, input, tensor, ref fill, depth);
                break;
            case TensorType.UInt32:
                Read<uint, IntegerElement<uint>>(ref json, input, tensor, ref fill, depth);
                break;
            case TensorType.UInt16:
                Read<ushort, IntegerElement<ushort>>(ref json, input, tensor, ref fill, depth);
                break;
            case TensorType.UInt8:
                Read<byte, IntegerElement<byte>>(ref json, input, tensor, ref fill, depth);
                break;
            case TensorType.Bool:
                Read<byte, BoolElement>(ref json, input, tensor, ref fill, depth);
                break;
            default:
                Read<ReadOnlyMemory<byte>?, BytesElement>(ref json, input, tensor, ref fill, depth);
                break;
        }
    }

    private void Read<T, TElement>(scoped ref JsonCursor json, int input, Tensor tensor, scoped ref InputFill fill, int depth)
        where TElement : struct, IElement<T>
    {
        if (!json.TryTake((byte)'['))
        {
            ReadRun<T, TElement>(ref json, input, tensor, ref fill, depth, single: true);
            return;
        }

        if (depth == MaxDepth)
        {
            throw Bad(input, $"is nested more than {MaxDepth} deep");
        }

        var count = 0;
        json.SkipSpace();
        if (json.IsNext((byte)']'))
        {
            Leaf(input, ref fill, depth + 1);
        }
        else if (json.IsNext((byte)'['))
        {
            do
            {
                json.SkipSpace();
                Read<T, TElement>(ref json, input, tensor, ref fill, depth + 1);
                count++;
                json.SkipSpace();
            }
            while (json.TryTake((byte)','));
        }
        else
        {
            count = ReadRun<T, TElement>(ref json, input, tensor, ref fill, depth + 1, single: false);
        }

        if (!json.TryTake((byte)']'))
        {
            throw json.Wrong("',' or ']' was expected");
        }

        Settle(input, ref fill, depth, count);
    }

    private int ReadRun<T, TElement>(scoped ref JsonCursor json, int input, Tensor tensor, scoped ref InputFill fill, int depth, bool single)
        where TElement : struct, IElement<T>
    {
        Leaf(input, ref fill, depth);

        // Locals, so that the loop keeps them in registers.
        var text = json.Json;
        var at = json.At;
        var values = TElement.ValuesOf(tensor);
        var begin = fill.Filled;
        var filled = begin;
        while (true)
        {
            if (filled == values.Length)
            {
                CheckElements(filled - begin);
                Grow(tensor);
                values = TElement.ValuesOf(tensor);
            }

            var length = TElement.Scan(ref json, at, out values[filled]);
            if (length <= 0)
            {
                (json.At, fill.Filled) = (at, filled);
                length = Special<T, TElement>(ref json, input, tensor, length, out values[filled]);
            }

            at += length;
            filled++;
            if (single)
            {
                break;
            }

            at = JsonCursor.SkipSpace(text, at);
            if (at >= text.Length || text[at] != ',')
            {
                break;
            }

            at = JsonCursor.SkipSpace(text, at + 1);
        }

        (json.At, fill.Filled) = (at, filled);
        CheckElements(filled - begin);
        _elements += filled - begin;
        return filled - begin;
    }

    // null, and the words that Python and JavaScript have for numbers that are none.
    private readonly int Special<T, TElement>(scoped ref JsonCursor json, int input, Tensor tensor, int reason, out T value)
        where TElement : struct, IElement<T>
    {
        var text = json.Rest;
        var (length, special) =
            text.StartsWith("null"u8) ? (4, double.NaN)
            : text.StartsWith("NaN"u8) ? (3, double.NaN)
            : text.StartsWith("Infinity"u8) ? (8, double.PositiveInfinity)
            : text.StartsWith("-Infinity"u8) ? (9, double.NegativeInfinity)
            : (0, 0);
        if (length > 0 && (tensor.Type != TensorType.Bytes || length == 4) && TElement.TryConvert(special, out value))
        {
            return length;
        }

        throw length == 4 ? Bad(input, $"is null, but {tensor.Type.WireName()} has no missing values") : NoElement(ref json, input, tensor, reason);
    }

    private readonly SlipwayException NoElement(scoped ref JsonCursor json, int input, Tensor tensor, int reason)
    {
        var next = json.At < json.Json.Length ? json.Json[json.At] : (byte)0;
        return next switch
        {
            0 => json.Wrong("it ends in the middle of the data"),
            (byte)'[' => Bad(input, "is nested unevenly: arrays and values stand side by side"),
            (byte)']' or (byte)'}' or (byte)',' => json.Wrong("a value was expected"),
            _ when reason == NumberScanner.OutOfRange => Bad(input, $"is out of the range of {tensor.Type.WireName()}"),
            _ => Bad(input, $"must be {Wanted(tensor.Type)}, for {Model} takes {tensor.Type.WireName()}; the request is wrong at byte {json.At}"),
        };
    }

    private static string Wanted(TensorType type) => type switch
    {
        TensorType.Bytes => "a text or {\"b64\": …}",
        TensorType.Bool => "true or false",
        TensorType.Float16 or TensorType.Float32 or TensorType.Float64 => "a number or null",
        _ => "a whole number",
    };

    // All elements of an input lie equally deep.
    private readonly void Leaf(int input, scoped ref InputFill fill, int depth)
    {
        if (fill.Depth == 0)
        {
            fill.Depth = depth + 1;
        }
        else if (fill.Depth != depth + 1)
        {
            throw Bad(input, "is nested otherwise than the values before it");
        }
    }

    // All arrays of one depth are equally long.
    private readonly void Settle(int input, scoped ref InputFill fill, int depth, int count)
    {
        if (fill.Shape[depth] == 0)
        {
            fill.Shape[depth] = count + 1;
        }
        else if (fill.Shape[depth] != count + 1)
        {
            throw Bad(input, $"has an array of {count} where the one before it has {fill.Shape[depth] - 1}");
        }
    }
}
