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
    /// A hash of the call's content, by XXH3 with 128 bits. It only finds an entry: <see cref="Matches"/> decides whether it is the right one. The seed is secret and of this process, so that nobody can
    /// prepare requests that meet in one place.
    /// </summary>
    public static UInt128 Hash(InferenceCall call, long seed)
    {
        var hash = new Hasher(seed);
        Walk(call, ref hash);
        return hash.Value;
    }

    /// <summary>The bytes of <see cref="Copy"/>.</summary>
    public static long Length(InferenceCall call)
    {
        var length = default(Counter);
        Walk(call, ref length);
        return length.Value;
    }

    /// <summary>The call's content, to be compared with that of other calls.</summary>
    public static byte[] Copy(InferenceCall call, int length)
    {
        var content = GC.AllocateUninitializedArray<byte>(length);
        var writer = new Writer(content);
        Walk(call, ref writer);
        return content;
    }

    /// <summary>True when the call's content is <paramref name="content"/>, byte for byte.</summary>
    public static bool Matches(InferenceCall call, ReadOnlySpan<byte> content)
    {
        var comparer = new Comparer(content);
        Walk(call, ref comparer);
        return comparer.IsEqual;
    }

    // Every part says its length before it comes, so different contents are never the same bytes.
    private static void Walk<T>(InferenceCall call, ref T visitor)
        where T : struct, IVisitor, allows ref struct
    {
        Span<long> head = [call.RequestedOutputs.Count, call.Inputs.Count];
        visitor.Take(MemoryMarshal.AsBytes(head));
        for (var i = 0; i < call.RequestedOutputs.Count; i++)
        {
            visitor.TakeName(call.RequestedOutputs[i]);
        }

        for (var i = 0; i < call.Inputs.Count && visitor.GoesOn; i++)
        {
            Walk(call.Inputs[i], ref visitor);
        }
    }

    private static void Walk<T>(Tensor tensor, ref T visitor)
        where T : struct, IVisitor, allows ref struct
    {
        visitor.TakeName(tensor.Name);
        Span<long> kind = [((long)tensor.Type << 32) | (uint)tensor.Rank];
        visitor.Take(MemoryMarshal.AsBytes(kind));
        visitor.Take(MemoryMarshal.AsBytes(tensor.Shape));
        if (tensor.Type != TensorType.Bytes)
        {
            visitor.Take(tensor.Raw);
            return;
        }

        Span<int> length = [0];
        foreach (var item in tensor.Items)
        {
            // A missing text is not an empty one.
            length[0] = item?.Length ?? -1;
            visitor.Take(MemoryMarshal.AsBytes(length));
            if (item is { } text)
            {
                visitor.Take(text.Span);
            }
        }
    }

    private interface IVisitor
    {
        bool GoesOn { get; }

        void Take(scoped ReadOnlySpan<byte> bytes);

        void TakeName(string name);
    }

    private struct Hasher(long seed) : IVisitor
    {
        private const ulong Odd = 0x9E3779B97F4A7C15;

        private long _seed = seed;

        public UInt128 Value { get; private set; }

        public readonly bool GoesOn => true;

        public void Take(scoped ReadOnlySpan<byte> bytes)
        {
            Value = XxHash128.HashToUInt128(bytes, _seed);
            _seed = (long)((ulong)Value ^ ((ulong)(Value >> 64) * Odd));
        }

        public void TakeName(string name) => Take(MemoryMarshal.AsBytes(name.AsSpan()));
    }

    private struct Counter : IVisitor
    {
        public long Value { get; private set; }

        public readonly bool GoesOn => true;

        public void Take(scoped ReadOnlySpan<byte> bytes) => Value += bytes.Length;

        public void TakeName(string name) => Value += sizeof(int) + (sizeof(char) * (long)name.Length);
    }

    private ref struct Writer(Span<byte> target) : IVisitor
    {
        private Span<byte> _rest = target;

        public readonly bool GoesOn => true;

        public void Take(scoped ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(_rest);
            _rest = _rest[bytes.Length..];
        }

        public void TakeName(string name)
        {
            Span<int> length = [name.Length];
            Take(MemoryMarshal.AsBytes(length));
            Take(MemoryMarshal.AsBytes(name.AsSpan()));
        }
    }

    private ref struct Comparer(ReadOnlySpan<byte> content) : IVisitor
    {
        private ReadOnlySpan<byte> _rest = content;
        private bool _differs;

        public readonly bool IsEqual => !_differs && _rest.IsEmpty;

        public readonly bool GoesOn => !_differs;

        public void Take(scoped ReadOnlySpan<byte> bytes)
        {
            if (_rest.StartsWith(bytes))
            {
                _rest = _rest[bytes.Length..];
            }
            else
            {
                _differs = true;
            }
        }

        public void TakeName(string name)
        {
            Span<int> length = [name.Length];
            Take(MemoryMarshal.AsBytes(length));
            Take(MemoryMarshal.AsBytes(name.AsSpan()));
        }
    }
}
