using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using Slipway.Core.Errors;
using Slipway.Inference.Tensors;

namespace Slipway.Serving.OpenInference;

/// <content>The values of a tensor: flat, or nested like its shape.</content>
internal ref partial struct InferRequestParser
{
    private static readonly SearchValues<byte> EmptyArrays = SearchValues.Create("[], \n\r\t"u8);

    /// <summary>Reads what one datatype's elements look like. Structs, so that each gets a loop of its own.</summary>
    private interface IElement<T>
    {
        /// <summary>The length of the element at the text's beginning, or what <see cref="NumberScanner"/> says when there is none.</summary>
        static abstract int Scan(ref InferRequestParser parser, int at, out T value);

        /// <summary>What <c>null</c> stands for; false when the type has nothing for it.</summary>
        static abstract bool TryGetMissing(out T value);
    }

    private void ReadData<T, TElement>(Tensor tensor, Span<T> values)
        where TElement : struct, IElement<T>
    {
        if (values.IsEmpty)
        {
            ReadEmpty(tensor);
            return;
        }

        _at++;
        SkipSpace();
        if (_at < _json.Length && _json[_at] == '[')
        {
            ReadNested<T, TElement>(tensor, values);
            return;
        }

        ReadRun<T, TElement>(tensor, values, 0);
        SkipSpace();
        if (!TryTake((byte)']'))
        {
            throw _at < _json.Length && _json[_at] == ',' ? CountMismatch(tensor.Name, tensor.Shape, "more") : BadJson("',' or ']' was expected");
        }
    }

    private void ReadNested<T, TElement>(Tensor tensor, Span<T> values)
        where TElement : struct, IElement<T>
    {
        var shape = tensor.Shape;
        Span<long> done = stackalloc long[MaxRank];
        done[0] = 0;
        var depth = 1;
        var filled = 0;
        while (true)
        {
            for (; depth < shape.Length; depth++)
            {
                SkipSpace();
                if (!TryTake((byte)'['))
                {
                    throw WrongNesting(tensor.Name, shape);
                }

                done[depth] = 0;
            }

            if (shape.Length < 2)
            {
                throw WrongNesting(tensor.Name, shape);
            }

            var run = (int)shape[^1];
            ReadRun<T, TElement>(tensor, values.Slice(filled, run), filled);
            filled += run;
            do
            {
                SkipSpace();
                if (!TryTake((byte)']'))
                {
                    throw WrongNesting(tensor.Name, shape);
                }

                depth--;
                if (depth == 0)
                {
                    return;
                }

                done[depth - 1]++;
            }
            while (done[depth - 1] == shape[depth - 1]);

            SkipSpace();
            if (!TryTake((byte)','))
            {
                throw WrongNesting(tensor.Name, shape);
            }
        }
    }

    // A tensor without elements has [] or nested empty arrays for data.
    private void ReadEmpty(Tensor tensor)
    {
        var begin = _at;
        SkipValue();
        if (_json[begin.._at].IndexOfAnyExcept(EmptyArrays) >= 0)
        {
            throw CountMismatch(tensor.Name, tensor.Shape, "more");
        }
    }

    private void ReadRun<T, TElement>(Tensor tensor, Span<T> run, int before)
        where TElement : struct, IElement<T>
    {
        // Locals, so that the loop keeps them in registers.
        var json = _json;
        var at = _at;
        for (var i = 0; i < run.Length; i++)
        {
            if (i > 0)
            {
                at = SkipSpace(json, at);
                if (at >= json.Length || json[at] != ',')
                {
                    _at = at;
                    throw NoElement(tensor, before + i, NumberScanner.NotANumber);
                }

                at++;
            }

            at = SkipSpace(json, at);
            var length = TElement.Scan(ref this, at, out run[i]);
            if (length <= 0)
            {
                _at = at;
                if (!json[at..].StartsWith("null"u8) || !TElement.TryGetMissing(out run[i]))
                {
                    throw NoElement(tensor, before + i, length);
                }

                length = "null"u8.Length;
            }

            at += length;
        }

        _at = at;
    }

    private readonly SlipwayException NoElement(Tensor tensor, int index, int reason)
    {
        var next = _at < _json.Length ? _json[_at] : (byte)0;
        if (next == ']')
        {
            return tensor.Rank < 2 || index < tensor.Shape[^1] || index % tensor.Shape[^1] != 0
                ? CountMismatch(tensor.Name, tensor.Shape, index.ToString(CultureInfo.InvariantCulture))
                : WrongNesting(tensor.Name, tensor.Shape);
        }

        if (next == '[')
        {
            return WrongNesting(tensor.Name, tensor.Shape);
        }

        if (next == 0)
        {
            return BadJson("it ends in the middle of the data");
        }

        if (_json[_at..].StartsWith("null"u8))
        {
            return Bad($"Input '{Short(tensor.Name)}' is {tensor.Type.WireName()}, which has no missing values, but element {index} is null");
        }

        var wanted = tensor.Type switch
        {
            TensorType.Bytes => "a text",
            TensorType.Bool => "true or false",
            TensorType.Float16 or TensorType.Float32 or TensorType.Float64 => "a number (NaN and Infinity are not JSON; null is a missing value)",
            _ => "a whole number",
        };
        return Bad(reason == NumberScanner.OutOfRange
            ? $"Element {index} of input '{Short(tensor.Name)}' is out of the range of {tensor.Type.WireName()}"
            : $"Element {index} of input '{Short(tensor.Name)}', at byte {_at}, is not what {tensor.Type.WireName()} needs: {wanted}");
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int SkipSpace(ReadOnlySpan<byte> json, int at)
    {
        while (at < json.Length && json[at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            at++;
        }

        return at;
    }

    private readonly struct Float64Element : IElement<double>
    {
        public static int Scan(ref InferRequestParser parser, int at, out double value) => NumberScanner.Scan(parser._json[at..], out value);

        public static bool TryGetMissing(out double value)
        {
            value = double.NaN;
            return true;
        }
    }

    private readonly struct Float32Element : IElement<float>
    {
        public static int Scan(ref InferRequestParser parser, int at, out float value) => NumberScanner.Scan(parser._json[at..], out value);

        public static bool TryGetMissing(out float value)
        {
            value = float.NaN;
            return true;
        }
    }

    private readonly struct Float16Element : IElement<Half>
    {
        public static int Scan(ref InferRequestParser parser, int at, out Half value) => NumberScanner.Scan(parser._json[at..], out value);

        public static bool TryGetMissing(out Half value)
        {
            value = Half.NaN;
            return true;
        }
    }

    private readonly struct IntegerElement<T> : IElement<T>
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        public static int Scan(ref InferRequestParser parser, int at, out T value) => NumberScanner.Scan(parser._json[at..], out value);

        public static bool TryGetMissing(out T value)
        {
            value = default;
            return false;
        }
    }

    private readonly struct BoolElement : IElement<byte>
    {
        public static int Scan(ref InferRequestParser parser, int at, out byte value)
        {
            var text = parser._json[at..];
            value = text.StartsWith("true"u8) ? (byte)1 : (byte)0;
            return value == 1 ? 4 : text.StartsWith("false"u8) ? 5 : NumberScanner.NotANumber;
        }

        public static bool TryGetMissing(out byte value)
        {
            value = 0;
            return false;
        }
    }

    private readonly struct BytesElement : IElement<ReadOnlyMemory<byte>?>
    {
        public static int Scan(ref InferRequestParser parser, int at, out ReadOnlyMemory<byte>? value)
        {
            value = null;
            if (at >= parser._json.Length || parser._json[at] != '"')
            {
                return NumberScanner.NotANumber;
            }

            parser._at = at;
            value = parser.ReadString("a text was expected");
            return parser._at - at;
        }

        public static bool TryGetMissing(out ReadOnlyMemory<byte>? value)
        {
            value = null;
            return true;
        }
    }
}
