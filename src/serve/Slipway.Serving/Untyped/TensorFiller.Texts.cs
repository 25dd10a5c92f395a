using System.Globalization;
using System.Numerics;
using Slipway.Inference.Tensors;
using Slipway.Serving.OpenInference;

namespace Slipway.Serving.Untyped;

/// <content>Values of CSV, which are texts whatever they mean.</content>
internal ref partial struct TensorFiller
{
    // What pandas takes for a missing number.
    private static readonly string[] MissingWords =
        ["NaN", "nan", "-NaN", "-nan", "NA", "N/A", "n/a", "<NA>", "NULL", "null", "None", "#N/A", "#NA", "#N/A N/A", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN"];

    /// <summary>Adds an input's value of this row.</summary>
    public void AddCell(int input, ReadOnlyMemory<byte> text, bool quoted)
    {
        ref var fill = ref BeginCell(input);
        AddText(input, ref fill, 0, text, quoted);
        fill.Rows++;
    }

    /// <summary>Adds one element of a row that is a vector.</summary>
    public void AddElement(int input, int element, ReadOnlyMemory<byte> text, bool quoted)
    {
        ref var fill = ref (element == 0 ? ref BeginCell(input) : ref _fills[input]);
        AddText(input, ref fill, 1, text, quoted);
    }

    private void AddText(int input, scoped ref InputFill fill, int depth, ReadOnlyMemory<byte> text, bool quoted)
    {
        Leaf(input, ref fill, depth);
        CheckElements(1);
        var tensor = _call.Inputs[fill.Tensor - 1];
        if (fill.Filled == tensor.Count)
        {
            Grow(tensor);
        }

        var at = fill.Filled;
        var isRead = tensor.Type switch
        {
            TensorType.Float64 => TryFloat(text.Span, out tensor.Values<double>()[at]),
            TensorType.Float32 => TryFloat(text.Span, out tensor.Values<float>()[at]),
            TensorType.Float16 => TryFloat(text.Span, out tensor.Values<Half>()[at]),
            TensorType.Int64 => TryInteger(text.Span, out tensor.Values<long>()[at]),
            TensorType.Int32 => TryInteger(text.Span, out tensor.Values<int>()[at]),
            TensorType.Int16 => TryInteger(text.Span, out tensor.Values<short>()[at]),
            TensorType.Int8 => TryInteger(text.Span, out tensor.Values<sbyte>()[at]),
            TensorType.UInt64 => TryInteger(text.Span, out tensor.Values<ulong>()[at]),
            TensorType.UInt32 => TryInteger(text.Span, out tensor.Values<uint>()[at]),
            TensorType.UInt16 => TryInteger(text.Span, out tensor.Values<ushort>()[at]),
            TensorType.UInt8 => TryInteger(text.Span, out tensor.Values<byte>()[at]),
            TensorType.Bool => TryBool(text.Span, out tensor.Values<byte>()[at]),
            _ => true,
        };
        if (!isRead)
        {
            throw Bad(input, $"is no {tensor.Type.WireName()}, which {Model} takes");
        }

        if (tensor.Type == TensorType.Bytes)
        {
            tensor.Items[at] = text.Length == 0 && !quoted ? null : text;
        }

        fill.Filled++;
        _elements++;
    }

    private static bool TryFloat<T>(ReadOnlySpan<byte> text, out T value)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        text = Trim(text);
        value = T.NaN;
        if (text.IsEmpty || IsMissing(text))
        {
            return true;
        }

        // The scanner is fast, and knows the grammar of JSON only: +1, .5 and inf are not of it.
        if (typeof(T) == typeof(double) && NumberScanner.Scan(text, out double wide) == text.Length)
        {
            value = (T)(object)wide;
            return true;
        }

        if (typeof(T) == typeof(float) && NumberScanner.Scan(text, out float single) == text.Length)
        {
            value = (T)(object)single;
            return true;
        }

        if (T.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value))
        {
            return true;
        }

        var negative = text[0] == '-';
        var word = negative || text[0] == '+' ? text[1..] : text;
        value = negative ? T.NegativeInfinity : T.PositiveInfinity;
        return Ascii(word, "inf") || Ascii(word, "infinity");
    }

    private static bool TryInteger<T>(ReadOnlySpan<byte> text, out T value)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        text = Trim(text);
        if (text.StartsWith("+"u8))
        {
            text = text[1..];
        }

        var length = NumberScanner.Scan(text, out value);
        return length > 0 && length == text.Length;
    }

    private static bool TryBool(ReadOnlySpan<byte> text, out byte value)
    {
        text = Trim(text);
        value = Ascii(text, "true") || text.SequenceEqual("1"u8) ? (byte)1 : (byte)0;
        return value == 1 || Ascii(text, "false") || text.SequenceEqual("0"u8);
    }

    private static bool IsMissing(ReadOnlySpan<byte> text)
    {
        // Numbers are no words, but for those that Windows once printed.
        var digit = text[0] == '-' ? 1 : 0;
        if (digit < text.Length && text[digit] is >= (byte)'0' and <= (byte)'9' && !text.Contains((byte)'#'))
        {
            return false;
        }

        foreach (var word in MissingWords)
        {
            if (System.Text.Ascii.Equals(text, word))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Ascii(ReadOnlySpan<byte> text, string word) => System.Text.Ascii.EqualsIgnoreCase(text, word);

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) => text.Trim(" \t"u8);
}
