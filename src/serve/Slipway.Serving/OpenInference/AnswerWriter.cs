using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Slipway.Core.Errors;
using Slipway.Inference.Tensors;

namespace Slipway.Serving.OpenInference;

/// <summary>Writes a scored call's answer into the call's own buffer, so that nothing has been sent when an output turns out not to be JSON.</summary>
internal static class AnswerWriter
{
    // The longest a number gets, with its comma.
    private const int NumberLength = 32;

    /// <summary>Writes the answer and returns the length of its JSON, or 0 when all of it is JSON.</summary>
    public static int Write(InferenceCall call)
    {
        var template = call.Answered!.Answer;
        var answer = call.Answer;
        answer.Append(call.WantsTiming ? template.BareHead : template.Head);
        WriteId(call, answer);
        answer.Append(",\"outputs\":["u8);
        var count = call.RequestedOutputs.Count == 0 ? call.Outputs.Count : call.RequestedOutputs.Count;
        Tensor[]? classified = null;
        var hasBinary = false;
        for (var i = 0; i < count; i++)
        {
            var form = FormOf(call, i);
            var output = OutputOf(call, i);
            if (form.Classes > 0)
            {
                classified ??= new Tensor[count];
                output = classified[i] = Classification.Of(call.Deployment, call.Answered.Signature, output, form.Classes);
            }

            WriteOutput(call, template, output, IsBinary(call, form), i == 0);
            hasBinary |= IsBinary(call, form);
        }

        answer.Append((byte)']');
        if (call.WantsTiming)
        {
            // Last, so that the time of writing is as complete as an answer can tell of itself.
            answer.Append(template.Parameters);
            WriteTiming(call, answer);
            answer.Append((byte)'}');
        }

        answer.Append((byte)'}');
        if (!hasBinary)
        {
            return 0;
        }

        var length = answer.Count;
        for (var i = 0; i < count; i++)
        {
            if (IsBinary(call, FormOf(call, i)))
            {
                BinaryTensors.Write(classified?[i] ?? OutputOf(call, i), answer);
            }
        }

        return length;
    }

    private static OutputForm FormOf(InferenceCall call, int index) => index < call.OutputForms.Count ? call.OutputForms[index] : default;

    private static bool IsBinary(InferenceCall call, OutputForm form) => form.Binary ?? call.BinaryOutputs;

    private static Tensor OutputOf(InferenceCall call, int index)
    {
        if (call.RequestedOutputs.Count == 0)
        {
            return call.Outputs[index];
        }

        var name = call.RequestedOutputs[index];
        return call.Outputs.Find(name) ?? throw new InvalidOperationException($"The model did not fill its output {name}.");
    }

    private static void WriteTiming(InferenceCall call, CallBuffer answer)
    {
        var timing = call.TimingSoFar();
        WriteMicroseconds(answer, ",\"timing_parse_us\":"u8, call.Microseconds(timing.Parse));
        WriteMicroseconds(answer, ",\"timing_queue_us\":"u8, call.Microseconds(timing.Queue));
        WriteMicroseconds(answer, ",\"timing_batch_us\":"u8, call.Microseconds(timing.Batch));
        WriteMicroseconds(answer, ",\"timing_run_us\":"u8, call.Microseconds(timing.Run));
        WriteMicroseconds(answer, ",\"timing_write_us\":"u8, call.Microseconds(timing.Write));
        answer.Append(call.FromCache ? ",\"from_cache\":true"u8 : ",\"from_cache\":false"u8);
    }

    private static void WriteMicroseconds(CallBuffer answer, ReadOnlySpan<byte> name, double value)
    {
        answer.Append(name);
        value.TryFormat(answer.GetSpan(NumberLength), out var length, "F1", CultureInfo.InvariantCulture);
        answer.Advance(length);
    }

    private static void WriteId(InferenceCall call, CallBuffer answer)
    {
        answer.Append((byte)'"');
        if (call.RequestId is { } id)
        {
            answer.Append(JsonEncodedText.Encode(id).EncodedUtf8Bytes);
        }
        else
        {
            call.GeneratedId.TryFormat(answer.GetSpan(36), out var length);
            answer.Advance(length);
        }

        answer.Append((byte)'"');
    }

    private static void WriteOutput(InferenceCall call, AnswerTemplate template, Tensor output, bool binary, bool first)
    {
        var answer = call.Answer;
        if (!first)
        {
            answer.Append((byte)',');
        }

        answer.Append(template.Output(output.Name));
        answer.Append(TypeText(output.Type));
        answer.Append(",\"shape\":["u8);
        for (var i = 0; i < output.Rank; i++)
        {
            Write(answer, output.Shape[i], i == 0);
        }

        if (binary)
        {
            BinaryTensors.CheckComplete(call.Deployment, output);
            answer.Append("],\"parameters\":{\"binary_data_size\":"u8);
            Write(answer, BinaryTensors.Size(output), first: true);
            answer.Append("}}"u8);
            return;
        }

        answer.Append("],\"data\":["u8);
        WriteData(call.Deployment, answer, output);
        answer.Append("]}"u8);
    }

    private static ReadOnlySpan<byte> TypeText(TensorType type) => type switch
    {
        TensorType.Bool => "\"BOOL\""u8,
        TensorType.UInt8 => "\"UINT8\""u8,
        TensorType.UInt16 => "\"UINT16\""u8,
        TensorType.UInt32 => "\"UINT32\""u8,
        TensorType.UInt64 => "\"UINT64\""u8,
        TensorType.Int8 => "\"INT8\""u8,
        TensorType.Int16 => "\"INT16\""u8,
        TensorType.Int32 => "\"INT32\""u8,
        TensorType.Int64 => "\"INT64\""u8,
        TensorType.Float16 => "\"FP16\""u8,
        TensorType.Float32 => "\"FP32\""u8,
        TensorType.Float64 => "\"FP64\""u8,
        _ => "\"BYTES\""u8,
    };

    private static void WriteData(string deployment, CallBuffer answer, Tensor output)
    {
        switch (output.Type)
        {
            case TensorType.Float64:
                WriteFloats(deployment, answer, output, output.Values<double>(), double.IsFinite);
                break;
            case TensorType.Float32:
                WriteFloats(deployment, answer, output, output.Values<float>(), float.IsFinite);
                break;
            case TensorType.Float16:
                WriteFloats(deployment, answer, output, output.Values<Half>(), Half.IsFinite);
                break;
            case TensorType.Int64:
                WriteAll(answer, output.Values<long>());
                break;
            case TensorType.Int32:
                WriteAll(answer, output.Values<int>());
                break;
            case TensorType.Int16:
                WriteAll(answer, output.Values<short>());
                break;
            case TensorType.Int8:
                WriteAll(answer, output.Values<sbyte>());
                break;
            case TensorType.UInt64:
                WriteAll(answer, output.Values<ulong>());
                break;
            case TensorType.UInt32:
                WriteAll(answer, output.Values<uint>());
                break;
            case TensorType.UInt16:
                WriteAll(answer, output.Values<ushort>());
                break;
            case TensorType.UInt8:
                WriteAll(answer, output.Values<byte>());
                break;
            case TensorType.Bool:
                WriteBools(answer, output.Values<byte>());
                break;
            default:
                WriteTexts(deployment, answer, output);
                break;
        }
    }

    private static void WriteFloats<T>(string deployment, CallBuffer answer, Tensor output, ReadOnlySpan<T> values, Func<T, bool> isFinite)
        where T : unmanaged, IUtf8SpanFormattable
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (!isFinite(values[i]))
            {
                throw NotJson(deployment, output, i, $"is {string.Create(CultureInfo.InvariantCulture, $"{values[i]}")}, which JSON has no number for");
            }

            Write(answer, values[i], i == 0);
        }
    }

    private static void WriteAll<T>(CallBuffer answer, ReadOnlySpan<T> values)
        where T : unmanaged, IUtf8SpanFormattable
    {
        for (var i = 0; i < values.Length; i++)
        {
            Write(answer, values[i], i == 0);
        }
    }

    private static void Write<T>(CallBuffer answer, T value, bool first)
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

    private static void WriteTexts(string deployment, CallBuffer answer, Tensor output)
    {
        var items = output.Items;
        for (var i = 0; i < items.Length; i++)
        {
            if (i > 0)
            {
                answer.Append((byte)',');
            }

            if (items[i] is not { } text)
            {
                answer.Append("null"u8);
                continue;
            }

            if (!Utf8.IsValid(text.Span))
            {
                throw NotJson(deployment, output, i, "holds bytes that are not text");
            }

            answer.Append((byte)'"');
            answer.Append(JsonEncodedText.Encode(text.Span).EncodedUtf8Bytes);
            answer.Append((byte)'"');
        }
    }

    private static SlipwayException NotJson(string deployment, Tensor output, int index, string problem) => new(
        ErrorKind.InvalidInput,
        $"Element {index} of output '{output.Name}' of {deployment} cannot be sent as JSON: it {problem}. Ask for the binary form, which can carry it, with the output's parameter "
        + "\"binary_data\": true or the request's \"binary_data_output\": true, or leave the output out by naming the others in \"outputs\".");
}
