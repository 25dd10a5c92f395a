namespace Slipway.Inference.Tensors;

/// <summary>The inputs or outputs of one run. Its tensors are kept when it is cleared, so that a pooled set allocates nothing in steady state.</summary>
public sealed class TensorSet
{
    private readonly List<Tensor> _tensors = [];
    private Tensor _spare = new();

    /// <summary>How many tensors the set holds.</summary>
    public int Count { get; private set; }

    /// <summary>The tensor at <paramref name="index"/>.</summary>
    public Tensor this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return _tensors[index];
        }
    }

    /// <summary>Adds a tensor and returns it, for its values to be written.</summary>
    public Tensor Add(string name, TensorType type, ReadOnlySpan<long> shape)
    {
        if (Count == _tensors.Count)
        {
            _tensors.Add(new Tensor());
        }

        var tensor = _tensors[Count++];
        tensor.Reset(name, type, shape);
        return tensor;
    }

    /// <summary>The tensor of that name, or null.</summary>
    public Tensor? Find(ReadOnlySpan<char> name)
    {
        for (var i = 0; i < Count; i++)
        {
            if (name.SequenceEqual(_tensors[i].Name))
            {
                return _tensors[i];
            }
        }

        return null;
    }

    /// <summary>A set of those of its tensors that are not named; itself where none is. They stay this set's own: the other is for reading, while this one is not changed.</summary>
    public TensorSet Without(IReadOnlySet<string> names)
    {
        var others = new TensorSet();
        for (var i = 0; i < Count; i++)
        {
            if (!names.Contains(_tensors[i].Name))
            {
                others._tensors.Add(_tensors[i]);
            }
        }

        others.Count = others._tensors.Count;
        return others.Count == Count ? this : others;
    }

    /// <summary>Exchanges two tensors: how the inputs of a request come into the signature's order.</summary>
    public void Swap(int first, int second) => (_tensors[first], _tensors[second]) = (_tensors[second], _tensors[first]);

    /// <summary>
    /// A tensor beside the set, to be written from one inside it and put in its place by <see cref="ReplaceWithSpare"/>: how a value changes
    /// its type without an allocation.
    /// </summary>
    internal Tensor Spare => _spare;

    /// <summary>Puts the spare at <paramref name="index"/>; what stood there becomes the spare.</summary>
    internal void ReplaceWithSpare(int index) => (_tensors[index], _spare) = (_spare, _tensors[index]);

    /// <summary>Forgets the tensors but keeps their buffers, up to <paramref name="keepBytes"/> each.</summary>
    public void Clear(int keepBytes = 1 << 20)
    {
        for (var i = 0; i < Count; i++)
        {
            _tensors[i].Trim(keepBytes);
        }

        _spare.Trim(keepBytes);
        Count = 0;
    }
}
