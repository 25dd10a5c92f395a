using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Slipway.Core.Errors;
using Slipway.Inference.Tensors;
using Slipway.Serving.OpenInference;

namespace Slipway.Serving.Grpc;

/// <summary>Writes a scored call's answer as a ModelInferResponse into the call's own buffer. A field's length stands before it, so it is counted first.</summary>
internal static class InferAnswerWriter
{
    private const int TagLength = 1;

    private static readonly byte[][] Types = [.. Enum.GetValues<TensorType>().Select(type => Encoding.UTF8.GetBytes(type.WireName()))];

    /// <summary>Everything but the timing.</summary>
    public static void Write(InferenceCall call, GrpcAsked asked)
    {
        var answer = call.Answer;
        var head = call.Answered!.GrpcAnswer;
        answer.Append(head.Bytes);
        WriteId(call);
        if (asked.FinalResponse)
        {
            // A model of Slipway answers a request once.
            WriteParameter(answer, "triton_final_response"u8, [(1 << 3) | (int)WireType.Varint, 1]);
        }

        var asksForSome = call.RequestedOutputs.Count > 0;
        var count = asksForSome ? call.RequestedOutputs.Count : call.Outputs.Count;
        var classified = call.OutputForms.Exists(form => form.Classes > 0) ? new Tensor?[count] : null;
        for (var i = 0; i < count; i++)
        {
            var output = Output(call, i, asksForSome);
            if (classified is not null && call.OutputForms[i].Classes is > 0 and var classes)
            {
                classified[i] = output = Classification.Of(call.Deployment, call.Answered.Signature, output, classes);
            }

            WriteHead(call, answer, output, head.Utf8Name(output.Name), asked.TypedContents);
        }

        for (var i = 0; i < count && !asked.TypedContents; i++)
        {
            WriteRaw(answer, 6, classified?[i] ?? Output(call, i, asksForSome));
        }
    }

    /// <summary>Adds where the time went. Fields of a message come in any order, so it may stand at the end, when the times are known.</summary>
    public static void WriteTiming(InferenceCall call, TimeProvider time)
    {
        ref readonly var timing = ref call.Timing;
        WriteTime(call.Answer, "timing_parse_us"u8, timing.Parse, time);
        WriteTime(call.Answer, "timing_queue_us"u8, timing.Queue, time);
        WriteTime(call.Answer, "timing_batch_us"u8, timing.Batch, time);
        WriteTime(call.Answer, "timing_run_us"u8, timing.Run, time);
        WriteTime(call.Answer, "timing_write_us"u8, timing.Write, time);
        WriteParameter(call.Answer, "from_cache"u8, [(1 << 3) | (int)WireType.Varint, (byte)(call.FromCache ? 1 : 0)]);
    }

    /// <summary>An entry of the map of parameters.</summary>
    public static void WriteParameter(CallBuffer answer, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        answer.WriteTag(4, WireType.Length);
        answer.WriteVarint((ulong)(FieldSize(name.Length) + FieldSize(value.Length)));
        answer.WriteBytes(1, name);
        answer.WriteBytes(2, value);
    }

    /// <summary>The id of the call, which is the caller's or a generated one.</summary>
    public static void WriteId(InferenceCall call)
    {
        if (call.RequestId is { } id)
        {
            call.Answer.WriteText(3, id);
            return;
        }

        Span<byte> text = stackalloc byte[36];
        call.GeneratedId.TryFormat(text, out _);
        call.Answer.WriteBytes(3, text);
    }

    /// <summary>An output's fields but for its raw contents; those of a request's input are the same, by the same numbers.</summary>
    public static void WriteHead(InferenceCall call, CallBuffer answer, Tensor output, byte[] name, bool typed)
    {
        var type = Types[(int)output.Type];
        var shape = 0;
        foreach (var dimension in output.Shape)
        {
            shape += WireWriter.SizeOf((ulong)dimension);
        }

        var contents = typed ? ContentsSize(call, output) : 0;
        answer.WriteTag(5, WireType.Length);
        answer.WriteVarint((ulong)(FieldSize(name.Length) + FieldSize(type.Length) + FieldSize(shape) + (typed ? FieldSize(contents) : 0)));
        answer.WriteBytes(1, name);
        answer.WriteBytes(2, type);
        answer.WriteTag(3, WireType.Length);
        answer.WriteVarint((uint)shape);
        foreach (var dimension in output.Shape)
        {
            answer.WriteVarint((ulong)dimension);
        }

        if (typed)
        {
            answer.WriteTag(5, WireType.Length);
            answer.WriteVarint((uint)contents);
            WriteContents(answer, output);
        }
    }

    /// <summary>A tensor's raw contents, as the field of this number.</summary>
    public static void WriteRaw(CallBuffer answer, int field, Tensor output)
    {
        answer.WriteTag(field, WireType.Length);
        if (output.Type != TensorType.Bytes)
        {
            answer.WriteVarint((uint)output.Raw.Length);
            answer.Append(output.Raw);
            return;
        }

        var length = 0L;
        foreach (var item in output.Items)
        {
            length += sizeof(int) + (item?.Length ?? 0);
        }

        answer.WriteVarint((ulong)length);
        foreach (var item in output.Items)
        {
            // The raw form has no word for a missing text; an empty one is the nearest.
            BinaryPrimitives.WriteInt32LittleEndian(answer.GetSpan(sizeof(int)), item?.Length ?? 0);
            answer.Advance(sizeof(int));
            answer.Append(item is { } bytes ? bytes.Span : default);
        }
    }

    private static void WriteTime(CallBuffer answer, ReadOnlySpan<byte> name, long ticks, TimeProvider time)
    {
        Span<byte> value = stackalloc byte[TagLength + sizeof(double)];
        value[0] = (4 << 3) | (int)WireType.Fixed64;
        BinaryPrimitives.WriteDoubleLittleEndian(value[TagLength..], time.GetElapsedTime(0, ticks).TotalMicroseconds);
        WriteParameter(answer, name, value);
    }

    private static Tensor Output(InferenceCall call, int index, bool asksForSome) => !asksForSome
        ? call.Outputs[index]
        : call.Outputs.Find(call.RequestedOutputs[index]) ?? throw new InvalidOperationException($"The model did not fill its output {call.RequestedOutputs[index]}.");

    /// <summary>The length of an output's InferTensorContents.</summary>
    private static int ContentsSize(InferenceCall call, Tensor output)
    {
        var size = output.Type switch
        {
            TensorType.Bytes => ItemsSize(output.Items),
            TensorType.Float16 => throw new SlipwayException(
                ErrorKind.InvalidInput,
                $"Output '{output.Name}' of {call.Deployment} is FP16, which has no typed contents. Leave the parameter binary_data_output out to have it raw."),
            _ => FieldSize(PackedSize(output)),
        };
        return output.Count == 0 ? 0 : size;
    }

    private static int ItemsSize(ReadOnlySpan<ReadOnlyMemory<byte>?> items)
    {
        var size = 0;
        foreach (var item in items)
        {
            size += FieldSize(item?.Length ?? 0);
        }

        return size;
    }

    private static int PackedSize(Tensor output) => output.Type switch
    {
        TensorType.Int8 => VarintsSize<sbyte>(output),
        TensorType.Int16 => VarintsSize<short>(output),
        TensorType.Int32 => VarintsSize<int>(output),
        TensorType.Int64 => VarintsSize<long>(output),
        TensorType.Bool or TensorType.UInt8 => VarintsSize<byte>(output),
        TensorType.UInt16 => VarintsSize<ushort>(output),
        TensorType.UInt32 => VarintsSize<uint>(output),
        TensorType.UInt64 => VarintsSize<ulong>(output),
        _ => output.Raw.Length,
    };

    private static int VarintsSize<T>(Tensor output)
        where T : unmanaged, IBinaryInteger<T>
    {
        var size = 0;
        foreach (var value in output.Values<T>())
        {
            // A negative number is written with all the bits of its sign.
            size += WireWriter.SizeOf(ulong.CreateTruncating(value));
        }

        return size;
    }

    private static void WriteContents(CallBuffer answer, Tensor output)
    {
        if (output.Count == 0)
        {
            return;
        }

        var field = InferReader.ContentsField(output.Type);
        if (output.Type == TensorType.Bytes)
        {
            foreach (var item in output.Items)
            {
                answer.WriteBytes(field, item is { } bytes ? bytes.Span : default);
            }

            return;
        }

        answer.WriteTag(field, WireType.Length);
        answer.WriteVarint((uint)PackedSize(output));
        switch (output.Type)
        {
            case TensorType.Int8:
                WriteVarints<sbyte>(answer, output);
                break;
            case TensorType.Int16:
                WriteVarints<short>(answer, output);
                break;
            case TensorType.Int32:
                WriteVarints<int>(answer, output);
                break;
            case TensorType.Int64:
                WriteVarints<long>(answer, output);
                break;
            case TensorType.Bool or TensorType.UInt8:
                WriteVarints<byte>(answer, output);
                break;
            case TensorType.UInt16:
                WriteVarints<ushort>(answer, output);
                break;
            case TensorType.UInt32:
                WriteVarints<uint>(answer, output);
                break;
            case TensorType.UInt64:
                WriteVarints<ulong>(answer, output);
                break;
            default:
                answer.Append(output.Raw);
                break;
        }
    }

    private static void WriteVarints<T>(CallBuffer answer, Tensor output)
        where T : unmanaged, IBinaryInteger<T>
    {
        foreach (var value in output.Values<T>())
        {
            answer.WriteVarint(ulong.CreateTruncating(value));
        }
    }

    private static int FieldSize(int length) => TagLength + WireWriter.SizeOf((uint)length) + length;
}
