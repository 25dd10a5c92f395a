using System.IO.Hashing;
using System.Runtime.InteropServices;
using Slipway.Inference.Tensors;

namespace Slipway.Serving.Caching;

/// <summary>
/// What makes two requests the same to a model: the outputs that are wanted, and the names, types, shapes and values of the inputs after they were checked, so that the order of the inputs and the type
/// that a number came in make no difference. Nothing else reaches a model; who asks, when it happened and how it was sent are no part of it.
/// </summary>
internal static class CacheKey
{
    /// <summary>
    /// Writes the call's content, to be compared with that of other calls to the same version: every part says its length before it comes, so different contents are never the same bytes. Several inputs
    /// stand in the signature's order, so they need no names; a single one may be a matrix of all columns, whose name is the caller's.
    /// </summary>
    /// <returns>False when it is more than <paramref name="limit"/> bytes, and what was written is of no use.</returns>
    public static bool TryWrite(InferenceCall call, CallBuffer content, long limit)
    {
        var outputs = call.RequestedOutputs;
        MemoryMarshal.Write(Next(content, sizeof(long)), ((long)outputs.Count << 32) | (uint)call.Inputs.Count);
        for (var i = 0; i < outputs.Count; i++)
        {
            WriteName(outputs[i], content);
        }

        if (call.Inputs.Count == 1)
        {
            WriteName(call.Inputs[0].Name, content);
        }

        for (var i = 0; i < call.Inputs.Count; i++)
        {
            if (!TryWrite(call.Inputs[i], content, limit))
            {
                return false;
            }
        }

        return content.Count <= limit;
    }

    /// <summary>A hash of content, by XXH3 with 128 bits. It finds an entry; the content decides whether it is the right one.</summary>
    /// <param name="content">What <see cref="TryWrite(InferenceCall, CallBuffer, long)"/> wrote.</param>
    /// <param name="seed">A secret of this process, so that nobody can prepare requests that meet in one place.</param>
    public static UInt128 Hash(ReadOnlySpan<byte> content, long seed) => XxHash128.HashToUInt128(content, seed);

    private static bool TryWrite(Tensor tensor, CallBuffer content, long limit)
    {
        var shape = MemoryMarshal.AsBytes(tensor.Shape);
        var raw = tensor.Type == TensorType.Bytes ? [] : tensor.Raw;
        var length = sizeof(int) + shape.Length + raw.Length;
        if (content.Count + (long)length > limit)
        {
            return false;
        }

        var target = Next(content, length);
        MemoryMarshal.Write(target, ((int)tensor.Type << 16) | tensor.Rank);
        shape.CopyTo(target[sizeof(int)..]);
        raw.CopyTo(target[(sizeof(int) + shape.Length)..]);
        foreach (var item in tensor.Items)
        {
            if (content.Count + (long)sizeof(int) + (item?.Length ?? 0) > limit)
            {
                return false;
            }

            // A missing text is not an empty one.
            MemoryMarshal.Write(Next(content, sizeof(int)), item?.Length ?? -1);
            if (item is { } text)
            {
                content.Append(text.Span);
            }
        }

        return true;
    }

    private static void WriteName(string name, CallBuffer content)
    {
        var characters = MemoryMarshal.AsBytes(name.AsSpan());
        var target = Next(content, sizeof(int) + characters.Length);
        MemoryMarshal.Write(target, name.Length);
        characters.CopyTo(target[sizeof(int)..]);
    }

    private static Span<byte> Next(CallBuffer content, int length)
    {
        var span = content.GetSpan(length)[..length];
        content.Advance(length);
        return span;
    }
}
