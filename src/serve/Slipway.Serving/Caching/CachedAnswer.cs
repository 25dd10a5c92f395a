using System.Diagnostics;
using Slipway.Inference.Tensors;

namespace Slipway.Serving.Caching;

/// <summary>The outputs of one run, with the content that they answer. Immutable but for its place among the others, which belongs to the shard.</summary>
internal sealed class CachedAnswer
{
    // What an entry costs besides its content: the objects, and its place in the index.
    private const int Overhead = 256;
    private const int OverheadPerTensor = 128;

    private readonly Output[] _outputs;

    private CachedAnswer(UInt128 key, byte[] content, Output[] outputs, long until)
    {
        Key = key;
        Content = content;
        _outputs = outputs;
        Until = until;
        Bytes = Overhead + content.Length;
        foreach (var output in outputs)
        {
            Bytes += OverheadPerTensor + output.Bytes;
        }
    }

    public UInt128 Key { get; }

    /// <summary>What was asked, as <see cref="CacheKey.Copy"/> writes it.</summary>
    public byte[] Content { get; }

    /// <summary>The timestamp from which the answer is too old.</summary>
    public long Until { get; }

    /// <summary>What it takes of the cache's room.</summary>
    public long Bytes { get; }

    /// <summary>The one that was used next after this one.</summary>
    public CachedAnswer? Newer { get; set; }

    /// <summary>The one that was used last before this one.</summary>
    public CachedAnswer? Older { get; set; }

    /// <summary>Copies a call's outputs, texts included: they point into buffers that belong to the call.</summary>
    public static CachedAnswer Of(UInt128 key, byte[] content, TensorSet outputs, long until)
    {
        Debug.Assert(content.Length > 0, "Content always says how many outputs and inputs it has.");
        var copies = new Output[outputs.Count];
        for (var i = 0; i < copies.Length; i++)
        {
            copies[i] = Output.Of(outputs[i]);
        }

        return new CachedAnswer(key, content, copies, until);
    }

    /// <summary>Makes the answer that of another call.</summary>
    public void Fill(TensorSet outputs)
    {
        outputs.Clear();
        foreach (var output in _outputs)
        {
            var tensor = outputs.Add(output.Name, output.Type, output.Shape);
            output.Raw.CopyTo(tensor.Raw);
            output.Items.CopyTo(tensor.Items);
        }
    }

    private sealed record Output(string Name, TensorType Type, long[] Shape, byte[] Raw, ReadOnlyMemory<byte>?[] Items, long Bytes)
    {
        private const int BytesPerItem = 24;

        public static Output Of(Tensor tensor)
        {
            if (tensor.Type != TensorType.Bytes)
            {
                return new Output(tensor.Name, tensor.Type, tensor.Shape.ToArray(), tensor.Raw.ToArray(), [], tensor.Raw.Length);
            }

            var length = 0;
            foreach (var item in tensor.Items)
            {
                length += item?.Length ?? 0;
            }

            var text = new byte[length];
            var items = new ReadOnlyMemory<byte>?[tensor.Count];
            var at = 0;
            for (var i = 0; i < items.Length; i++)
            {
                if (tensor.Items[i] is { } item)
                {
                    item.CopyTo(text.AsMemory(at));
                    items[i] = text.AsMemory(at, item.Length);
                    at += item.Length;
                }
            }

            return new Output(tensor.Name, tensor.Type, tensor.Shape.ToArray(), [], items, length + (BytesPerItem * (long)items.Length));
        }
    }
}
