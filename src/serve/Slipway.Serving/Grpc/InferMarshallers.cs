using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Grpc.Core;
using Slipway.Core.Errors;

namespace Slipway.Serving.Grpc;

/// <summary>
/// Brings a request's bytes into the body of a pooled call, and an answer's bytes out of it, with no message built in between.
/// </summary>
internal sealed class InferMarshallers(IInferenceService inference)
{
    private const int StackLimit = 256;
    private const int LongestName = 256;

    public Marshaller<InferenceCall> Request => Marshallers.Create<InferenceCall>((_, _) => throw new NotSupportedException(), context =>
    {
        try
        {
            return Begin(context.PayloadAsReadOnlySequence());
        }
        catch (SlipwayException e)
        {
            throw GrpcErrors.Of(e);
        }
    });

    public Marshaller<InferenceCall> Answer { get; } = Marshallers.Create<InferenceCall>(
        (call, context) =>
        {
            // The last that happens to a call: its bytes are now gRPC's.
            using (call)
            {
                var answer = call.Answer.WrittenSpan;
                context.SetPayloadLength(answer.Length);
                context.GetBufferWriter().Write(answer);
                context.Complete();
            }
        },
        _ => throw new NotSupportedException());

    /// <summary>A request that cannot be begun is an answer of the stream, not the end of it.</summary>
    public Marshaller<StreamRequest> StreamRequest => Marshallers.Create<StreamRequest>((_, _) => throw new NotSupportedException(), context =>
    {
        var payload = context.PayloadAsReadOnlySequence();
        try
        {
            return new StreamRequest(Begin(payload), null, null);
        }
        catch (SlipwayException e)
        {
            return new StreamRequest(null, e, FindId(payload));
        }
    });

    public Marshaller<StreamAnswer> StreamAnswer { get; } = Marshallers.Create<StreamAnswer>(
        (answer, context) =>
        {
            var message = new CallBuffer();
            if (answer.Error is { } error)
            {
                message.WriteText(1, error);
            }

            // The answer of a call stands in its buffer already; its length goes before it.
            message.WriteTag(2, WireType.Length);
            message.WriteVarint((uint)answer.About.Length);
            context.SetPayloadLength(message.Count + answer.About.Length);
            var writer = context.GetBufferWriter();
            writer.Write(message.WrittenSpan);
            writer.Write(answer.About.Span);
            context.Complete();
            answer.LetGo();
        },
        _ => throw new NotSupportedException());

    private InferenceCall Begin(in ReadOnlySequence<byte> payload)
    {
        var name = "";
        string? version = null;
        var reader = new SequenceReader<byte>(payload);
        while (TryNext(ref reader, out var field, out var bytes))
        {
            if (field == 1)
            {
                name = Text(bytes);
            }
            else if (field == 2)
            {
                version = bytes.IsEmpty ? null : Text(bytes);
            }
        }

        if (name.Length > LongestName)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"The request has a model_name of {name.Length} characters; at most {LongestName} are taken.");
        }

        if (name.Length == 0)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, "The request has no model_name. Name the deployment that shall answer.");
        }

        var call = inference.Expect(name, version);
        if (call.Route is null)
        {
            // It is read when its model is there. Until then the id is all that a failure has to say whose it is.
            call.RequestId = FindId(payload);
        }

        var length = (int)payload.Length;
        payload.CopyTo(call.Body.GetSpan(length));
        call.Body.Advance(length);
        return call;
    }

    private static string? FindId(in ReadOnlySequence<byte> payload)
    {
        try
        {
            string? id = null;
            var reader = new SequenceReader<byte>(payload);
            while (TryNext(ref reader, out var field, out var bytes))
            {
                id = field == 3 ? Text(bytes) : id;
            }

            return id;
        }
        catch (SlipwayException)
        {
            return null;
        }
    }

    /// <summary>Steps over the fields of a message whose bytes lie in pieces; only fields that have a length have bytes.</summary>
    private static bool TryNext(ref SequenceReader<byte> reader, out ulong field, out ReadOnlySequence<byte> bytes)
    {
        field = 0;
        bytes = default;
        if (reader.End)
        {
            return false;
        }

        var tag = ReadVarint(ref reader);
        switch ((WireType)(tag & 7))
        {
            case WireType.Varint:
                ReadVarint(ref reader);
                return true;
            case WireType.Fixed64:
                bytes = Take(ref reader, sizeof(ulong));
                return true;
            case WireType.Fixed32:
                bytes = Take(ref reader, sizeof(uint));
                return true;
            case WireType.Length:
                field = tag >> 3;
                bytes = Take(ref reader, ReadVarint(ref reader));
                return true;
            default:
                throw Broken(reader);
        }
    }

    private static ulong ReadVarint(ref SequenceReader<byte> reader)
    {
        var value = 0UL;
        for (var shift = 0; shift < 64 && reader.TryRead(out var next); shift += 7)
        {
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Broken(reader);
    }

    private static ReadOnlySequence<byte> Take(ref SequenceReader<byte> reader, ulong length)
    {
        if (length > (ulong)reader.Remaining)
        {
            throw Broken(reader);
        }

        var bytes = reader.Sequence.Slice(reader.Position, (long)length);
        reader.Advance((long)length);
        return bytes;
    }

    private static string Text(in ReadOnlySequence<byte> bytes)
    {
        var length = (int)bytes.Length;
        Span<byte> text = length <= StackLimit ? stackalloc byte[StackLimit] : new byte[length];
        bytes.CopyTo(text);
        return Utf8.IsValid(text[..length])
            ? Encoding.UTF8.GetString(text[..length])
            : throw new SlipwayException(ErrorKind.InvalidInput, "The message is not right: the model's name, its version or the request's id is not UTF-8.");
    }

    private static SlipwayException Broken(in SequenceReader<byte> reader) => new(
        ErrorKind.InvalidInput, $"The message is not right at byte {reader.Consumed}: it is no protobuf message there, or it breaks off. Send a ModelInferRequest of package inference.");
}
