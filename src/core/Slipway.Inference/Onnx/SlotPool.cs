namespace Slipway.Inference.Onnx;

/// <summary>
/// Keeps a few things that are costly to make for the next run. Taking and giving back is one atomic exchange where nobody competes; more threads than there are
/// places make their own and drop them afterwards.
/// </summary>
internal sealed class SlotPool<T>(Func<T> create) : IDisposable
    where T : class
{
    private readonly T?[] _places = new T?[2 * Environment.ProcessorCount];

    public T Take()
    {
        for (var i = 0; i < _places.Length; i++)
        {
            if (Volatile.Read(ref _places[i]) is not null && Interlocked.Exchange(ref _places[i], null) is { } found)
            {
                return found;
            }
        }

        return create();
    }

    public void Return(T item)
    {
        for (var i = 0; i < _places.Length; i++)
        {
            if (Volatile.Read(ref _places[i]) is null && Interlocked.CompareExchange(ref _places[i], item, null) is null)
            {
                return;
            }
        }

        (item as IDisposable)?.Dispose();
    }

    public void Dispose()
    {
        for (var i = 0; i < _places.Length; i++)
        {
            (Interlocked.Exchange(ref _places[i], null) as IDisposable)?.Dispose();
        }
    }
}
