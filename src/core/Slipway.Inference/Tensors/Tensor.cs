using System.Runtime.InteropServices;

namespace Slipway.Inference.Tensors;

/// <summary>
/// A named, typed, shaped block of values, in row-major order, that is used again and again: setting a new type and shape keeps the buffer
/// when it is large enough, so a request in steady state allocates nothing. Not safe for concurrent use.
/// </summary>
public sealed class Tensor
{
    private byte[] _buffer = [];
    private ReadOnlyMemory<byte>?[] _items = [];
    private long[] _shape = [];

    /// <summary>The name of the input or output.</summary>
    public string Name { get; private set; } = "";

    /// <summary>The element type.</summary>
    public TensorType Type { get; private set; }

    /// <summary>The number of dimensions.</summary>
    public int Rank { get; private set; }

    /// <summary>The number of elements: the product of the dimensions.</summary>
    public int Count { get; private set; }

    /// <summary>The dimensions; all are known.</summary>
    public ReadOnlySpan<long> Shape => _shape.AsSpan(0, Rank);

    /// <summary>Gives the tensor a name, type and shape. The values are undefined until they are written.</summary>
    /// <exception cref="OverflowException">The product of the dimensions is beyond what memory holds.</exception>
    public void Reset(string name, TensorType type, ReadOnlySpan<long> shape)
    {
        // No elements are no elements, however large the other dimensions are.
        long count = shape.Contains(0) ? 0 : 1;
        foreach (var dimension in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(dimension, nameof(shape));
            count = checked(count * dimension);
        }

        Name = name;
        Type = type;
        Count = checked((int)count);
        Rank = shape.Length;
        if (_shape.Length < Rank)
        {
            _shape = new long[Rank];
        }

        shape.CopyTo(_shape);
        if (type == TensorType.Bytes)
        {
            if (_items.Length < Count)
            {
                _items = new ReadOnlyMemory<byte>?[Count];
            }
        }
        else
        {
            var bytes = checked(Count * type.Size());
            if (_buffer.Length < bytes)
            {
                _buffer = GC.AllocateUninitializedArray<byte>(bytes);
            }
        }
    }

    /// <summary>How many elements of the tensor's type fit without another buffer.</summary>
    public int Capacity => Type == TensorType.Bytes ? _items.Length : _buffer.Length / Type.Size();

    /// <summary>
    /// Gives the tensor another shape and keeps its first values in their order; those beyond what it had are undefined. For requests that do not say how many values follow: grown
    /// by doubling, each value is copied twice at most.
    /// </summary>
    /// <exception cref="OverflowException">The product of the dimensions is beyond what memory holds.</exception>
    public void Resize(ReadOnlySpan<long> shape)
    {
        long product = shape.Contains(0) ? 0 : 1;
        foreach (var dimension in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(dimension, nameof(shape));
            product = checked(product * dimension);
        }

        var count = checked((int)product);
        if (count > Capacity && Type == TensorType.Bytes)
        {
            Array.Resize(ref _items, count);
        }
        else if (count > Capacity)
        {
            var grown = GC.AllocateUninitializedArray<byte>(checked(count * Type.Size()));
            Raw.CopyTo(grown);
            _buffer = grown;
        }

        Count = count;
        Reshape(Name, shape);
    }

    /// <summary>The values, for every type but <see cref="TensorType.Bytes"/>. <typeparamref name="T"/> is the .NET type of <see cref="Type"/>.</summary>
    public Span<T> Values<T>()
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(_buffer.AsSpan(0, Count * Type.Size()));

    /// <summary>The values as raw little-endian bytes, for every type but <see cref="TensorType.Bytes"/>.</summary>
    public Span<byte> Raw => _buffer.AsSpan(0, Count * Type.Size());

    /// <summary>What <see cref="Raw"/> is over, to be pinned.</summary>
    internal Memory<byte> Memory => _buffer.AsMemory(0, Count * Type.Size());

    /// <summary>The values of a <see cref="TensorType.Bytes"/> tensor; null is missing.</summary>
    public Span<ReadOnlyMemory<byte>?> Items => _items.AsSpan(0, Type == TensorType.Bytes ? Count : 0);

    /// <summary>Gives the same values another shape with as many elements, or another name.</summary>
    public void Reshape(string name, ReadOnlySpan<long> shape)
    {
        Name = name;
        Rank = shape.Length;
        if (_shape.Length < Rank)
        {
            _shape = new long[Rank];
        }

        shape.CopyTo(_shape);
    }

    /// <summary>Lets go of buffers beyond <paramref name="bytes"/>, so that one huge request does not hold its memory for ever.</summary>
    public void Trim(int bytes)
    {
        if (_buffer.Length > bytes)
        {
            _buffer = [];
        }

        // Items keep the request's bytes alive, so they are dropped in any case.
        _items.AsSpan().Clear();
        if (_items.Length * 24 > bytes)
        {
            _items = [];
        }
    }
}
