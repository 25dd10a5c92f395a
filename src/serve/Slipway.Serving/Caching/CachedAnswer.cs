using System.Runtime.InteropServices;
using Slipway.Inference.Tensors;

namespace Slipway.Serving.Caching;

/// <summary>
/// The outputs of one run, with the content that they answer. Immutable but for its place among the others, which belongs to the shard. All of it lies in one array: a cache holds a great many entries for
/// a long time, and each object of them would be followed by every full collection.
/// </summary>
internal sealed class CachedAnswer
{
    // What an entry costs besides its bytes: the object, the array's head, and its place in the index.
    private const int Overhead = 200;
    private const int Missing = -1;

    private readonly byte[] _bytes;
    private readonly int _contentLength;

    // The same strings for all answers of a version: they are the signature's.
    private readonly string[] _names;

    private CachedAnswer(UInt128 key, byte[] bytes, int contentLength, string[] names, long until)
    {
        Key = key;
        Until = until;
        _bytes = bytes;
        _contentLength = contentLength;
        _names = names;
    }

    public UInt128 Key { get; }

    /// <summary>What was asked, as <see cref="CacheKey"/> writes it.</summary>
    public ReadOnlySpan<byte> Content => _bytes.AsSpan(0, _contentLength);

    /// <summary>The timestamp from which the answer is too old.</summary>
    public long Until { get; }

    /// <summary>What it takes of the cache's room.</summary>
    public long Bytes => Overhead + _bytes.Length;

    /// <summary>The outputs' names, to be shared with other answers.</summary>
    public string[] Names => _names;

    /// <summary>The one that was used next after this one.</summary>
    public CachedAnswer? Newer { get; set; }

    /// <summary>The one that was used last before this one.</summary>
    public CachedAnswer? Older { get; set; }

    /// <summary>Copies a call's outputs, texts included: they point into buffers that belong to the call. Null when they are more than an array holds.</summary>
    /// <param name="key">The content's hash.</param>
    /// <param name="content">What was asked.</param>
    /// <param name="outputs">What was answered.</param>
    /// <param name="names">The outputs' names of another answer, to be shared where they are the same.</param>
    /// <param name="until">The timestamp from which the answer is too old.</param>
    public static CachedAnswer? Of(UInt128 key, ReadOnlySpan<byte> content, TensorSet outputs, string[] names, long until)
    {
        var length = content.Length + Length(outputs);
        if (length > Array.MaxLength)
        {
            return null;
        }

        var bytes = GC.AllocateUninitializedArray<byte>((int)length);
        content.CopyTo(bytes);
        var rest = bytes.AsSpan(content.Length);
        for (var i = 0; i < outputs.Count; i++)
        {
            Write(outputs[i], ref rest);
        }

        return new CachedAnswer(key, bytes, content.Length, NamesOf(outputs, names), until);
    }

    /// <summary>Makes the answer that of another call. Its texts point into the answer, which never changes.</summary>
    public void Fill(TensorSet outputs)
    {
        outputs.Clear();
        var at = _contentLength;
        foreach (var name in _names)
        {
            var kind = MemoryMarshal.Read<long>(_bytes.AsSpan(at));
            at += sizeof(long);
            var shape = MemoryMarshal.Cast<byte, long>(_bytes.AsSpan(at, (int)kind * sizeof(long)));
            at += shape.Length * sizeof(long);
            var tensor = outputs.Add(name, (TensorType)(kind >> 32), shape);
            if (tensor.Type != TensorType.Bytes)
            {
                _bytes.AsSpan(at, tensor.Raw.Length).CopyTo(tensor.Raw);
                at += tensor.Raw.Length;
            }

            foreach (ref var item in tensor.Items)
            {
                var length = MemoryMarshal.Read<int>(_bytes.AsSpan(at));
                at += sizeof(int);
                if (length == Missing)
                {
                    item = null;
                    continue;
                }

                item = _bytes.AsMemory(at, length);
                at += length;
            }
        }
    }

    private static long Length(TensorSet outputs)
    {
        long length = 0;
        for (var i = 0; i < outputs.Count; i++)
        {
            var tensor = outputs[i];
            length += sizeof(long) * (1L + tensor.Rank);
            if (tensor.Type != TensorType.Bytes)
            {
                length += tensor.Raw.Length;
                continue;
            }

            foreach (var item in tensor.Items)
            {
                length += sizeof(int) + (item?.Length ?? 0);
            }
        }

        return length;
    }

    private static void Write(Tensor tensor, ref Span<byte> rest)
    {
        MemoryMarshal.Write(rest, ((long)tensor.Type << 32) | (uint)tensor.Rank);
        rest = rest[sizeof(long)..];
        Write(MemoryMarshal.AsBytes(tensor.Shape), ref rest);
        if (tensor.Type != TensorType.Bytes)
        {
            Write(tensor.Raw, ref rest);
            return;
        }

        foreach (var item in tensor.Items)
        {
            MemoryMarshal.Write(rest, item?.Length ?? Missing);
            rest = rest[sizeof(int)..];
            Write(item is { } text ? text.Span : [], ref rest);
        }
    }

    private static void Write(ReadOnlySpan<byte> bytes, ref Span<byte> rest)
    {
        bytes.CopyTo(rest);
        rest = rest[bytes.Length..];
    }

    private static string[] NamesOf(TensorSet outputs, string[] names)
    {
        var same = names.Length == outputs.Count;
        for (var i = 0; same && i < names.Length; i++)
        {
            same = names[i] == outputs[i].Name;
        }

        if (same)
        {
            return names;
        }

        var own = new string[outputs.Count];
        for (var i = 0; i < own.Length; i++)
        {
            own[i] = outputs[i].Name;
        }

        return own;
    }
}
