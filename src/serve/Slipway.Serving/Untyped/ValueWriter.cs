using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Slipway.Inference.Tensors;

namespace Slipway.Serving.Untyped;

/// <summary>
/// Writes tensors as JSON nested like their shapes. What JSON has no number for stays JSON: NaN is <c>null</c>, as a missing value is on the way in, and infinities are <c>1e999</c> and
/// <c>-1e999</c>, which readers take for what they are.
/// </summary>
internal static class ValueWriter
{
    // The longest a number gets, with its comma.
    private const int NumberLength = 32;

    /// <summary>Writes a tensor, or its part at <paramref name="row"/> of the first dimension when that is not negative.</summary>
    public static void Write(CallBuffer answer, Tensor tensor, int row, BytesForm form)
    {
        if (row < 0)
        {
            Write(answer, tensor, 0, 0, form);
            return;
        }

        var length = tensor.Count / (int)tensor.Shape[0];
        Write(answer, tensor, 1, row * length, form);
    }

    /// <summary>Writes one element of a tensor.</summary>
    public static void WriteElement(CallBuffer answer, Tensor tensor, int element) => WriteRun(answer, tensor, element, 1, BytesForm.TextOrObject);

    /// <summary>Writes a number.</summary>
    public static void WriteNumber(CallBuffer answer, double value) => WriteFloats(answer, [value]);

    /// <summary>Writes a text with its quotes.</summary>
    public static void WriteText(CallBuffer answer, string text)
    {
        // An id or a label.
        Span<byte> utf8 = stackalloc byte[1024];
        WriteText(answer, Encoding.UTF8.TryGetBytes(text, utf8, out var length) ? utf8[..length] : Encoding.UTF8.GetBytes(text));
    }

    private static void Write(CallBuffer answer, Tensor tensor, int dimension, int at, BytesForm form)
    {
        var shape = tensor.Shape;
        if (dimension == shape.Length)
        {
            WriteRun(answer, tensor, at, 1, form);
            return;
        }

        answer.Append((byte)'[');
        var count = (int)shape[dimension];
        if (dimension == shape.Length - 1)
        {
            WriteRun(answer, tensor, at, count, form);
        }
        else
        {
            var length = 1;
            for (var i = dimension + 1; i < shape.Length; i++)
            {
                length *= (int)shape[i];
            }

            for (var i = 0; i < count; i++)
            {
                if (i > 0)
                {
                    answer.Append((byte)',');
                }

                Write(answer, tensor, dimension + 1, at + (i * length), form);
            }
        }

        answer.Append((byte)']');
    }

    private static void WriteRun(CallBuffer answer, Tensor tensor, int at, int count, BytesForm form)
    {
        switch (tensor.Type)
        {
            case TensorType.Float64:
                WriteFloats<double>(answer, tensor.Values<double>().Slice(at, count));
                break;
            case TensorType.Float32:
                WriteFloats<float>(answer, tensor.Values<float>().Slice(at, count));
                break;
            case TensorType.Float16:
                WriteFloats<Half>(answer, tensor.Values<Half>().Slice(at, count));
                break;
            case TensorType.Int64:
                WriteIntegers<long>(answer, tensor, at, count);
                break;
            case TensorType.Int32:
                WriteIntegers<int>(answer, tensor, at, count);
                break;
            case TensorType.Int16:
                WriteIntegers<short>(answer, tensor, at, count);
                break;
            case TensorType.Int8:
                WriteIntegers<sbyte>(answer, tensor, at, count);
                break;
            case TensorType.UInt64:
                WriteIntegers<ulong>(answer, tensor, at, count);
                break;
            case TensorType.UInt32:
                WriteIntegers<uint>(answer, tensor, at, count);
                break;
            case TensorType.UInt16:
                WriteIntegers<ushort>(answer, tensor, at, count);
                break;
            case TensorType.UInt8:
                WriteIntegers<byte>(answer, tensor, at, count);
                break;
            case TensorType.Bool:
                WriteBools(answer, tensor.Values<byte>().Slice(at, count));
                break;
            default:
                WriteItems(answer, tensor.Items.Slice(at, count), form);
                break;
        }
    }

    private static void WriteFloats<T>(CallBuffer answer, ReadOnlySpan<T> values)
        where T : unmanaged, IFloatingPoint<T>
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (T.IsFinite(values[i]))
            {
                WriteNumber(answer, values[i], i == 0);
                continue;
            }

            if (i > 0)
            {
                answer.Append((byte)',');
            }

            answer.Append(T.IsNaN(values[i]) ? "null"u8 : T.IsPositive(values[i]) ? "1e999"u8 : "-1e999"u8);
        }
    }

    private static void WriteIntegers<T>(CallBuffer answer, Tensor tensor, int at, int count)
        where T : unmanaged, IUtf8SpanFormattable
    {
        var values = tensor.Values<T>().Slice(at, count);
        for (var i = 0; i < values.Length; i++)
        {
            WriteNumber(answer, values[i], i == 0);
        }
    }

    private static void WriteNumber<T>(CallBuffer answer, T value, bool first)
        where T : unmanaged, IUtf8SpanFormattable
    {
        var span = answer.GetSpan(NumberLength);
        var at = 0;
        if (!first)
        {
            span[at++] = (byte)',';
        }

        value.TryFormat(span[at..], out var length, default, CultureInfo.InvariantCulture);
        answer.Advance(at + length);
    }

    private static void WriteBools(CallBuffer answer, ReadOnlySpan<byte> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (i > 0)
            {
                answer.Append((byte)',');
            }

            answer.Append(values[i] == 0 ? "false"u8 : "true"u8);
        }
    }

    private static void WriteItems(CallBuffer answer, ReadOnlySpan<ReadOnlyMemory<byte>?> items, BytesForm form)
    {
        for (var i = 0; i < items.Length; i++)
        {
            if (i > 0)
            {
                answer.Append((byte)',');
            }

            if (items[i] is not { } item)
            {
                answer.Append("null"u8);
            }
            else if (form != BytesForm.Object && Utf8.IsValid(item.Span))
            {
                WriteText(answer, item.Span);
            }
            else
            {
                WriteBase64(answer, item.Span, form);
            }
        }
    }

    private static void WriteText(CallBuffer answer, ReadOnlySpan<byte> utf8)
    {
        answer.Append((byte)'"');
        var encoder = JavaScriptEncoder.Default;
        while (encoder.FindFirstCharacterToEncodeUtf8(utf8) >= 0)
        {
            // Six bytes for each character, or twelve for one of four, is the most that an escape takes.
            var status = encoder.EncodeUtf8(utf8, answer.GetSpan(Math.Min(6 * utf8.Length, 1 << 16)), out var consumed, out var written);
            answer.Advance(written);
            utf8 = utf8[consumed..];
            if (status == OperationStatus.Done)
            {
                break;
            }
        }

        answer.Append(utf8);
        answer.Append((byte)'"');
    }

    private static void WriteBase64(CallBuffer answer, ReadOnlySpan<byte> bytes, BytesForm form)
    {
        answer.Append(form == BytesForm.Text ? "\""u8 : "{\"b64\":\""u8);
        Base64.EncodeToUtf8(bytes, answer.GetSpan(Base64.GetMaxEncodedToUtf8Length(bytes.Length)), out _, out var written);
        answer.Advance(written);
        answer.Append(form == BytesForm.Text ? "\""u8 : "\"}"u8);
    }
}

/// <summary>How bytes are written.</summary>
internal enum BytesForm
{
    /// <summary>As text where they are text, else as <c>{"b64": "…"}</c>.</summary>
    TextOrObject,

    /// <summary>Always as <c>{"b64": "…"}</c>.</summary>
    Object,

    /// <summary>As text where they are text, else as the text of their base64.</summary>
    Text,
}
