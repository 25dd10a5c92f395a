namespace Slipway.Serving.Figures;

/// <summary>Counts what is loaded into memory and what leaves it, by model.</summary>
internal sealed class LoadFigures
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, ModelLoads> _models = new(StringComparer.Ordinal);

    /// <summary>A version of a model is in memory, warm.</summary>
    public void Loaded(string model, TimeSpan took) => Change(model, m => m with { Loads = m.Loads + 1, Seconds = m.Seconds + took.TotalSeconds });

    /// <summary>A version could not be loaded.</summary>
    public void Failed(string model) => Change(model, m => m with { Failures = m.Failures + 1 });

    /// <summary>A version was let go.</summary>
    public void Evicted(string model) => Change(model, m => m with { Evictions = m.Evictions + 1 });

    /// <summary>One entry a model, by name.</summary>
    public IReadOnlyList<ModelLoads> Read()
    {
        lock (_gate)
        {
            return [.. _models.Values];
        }
    }

    private void Change(string model, Func<ModelLoads, ModelLoads> change)
    {
        lock (_gate)
        {
            _models[model] = change(_models.TryGetValue(model, out var known) ? known : new ModelLoads(model, 0, 0, 0, 0));
        }
    }
}

/// <summary>What was loaded of a model since the process started.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Loads">Versions that were loaded.</param>
/// <param name="Failures">Loads that failed.</param>
/// <param name="Evictions">Versions that were let go.</param>
/// <param name="Seconds">The time that successful loads took, warm-up included.</param>
internal sealed record ModelLoads(string Model, long Loads, long Failures, long Evictions, double Seconds)
{
    /// <summary>Versions that are in memory.</summary>
    public long InMemory => Loads - Evictions;
}
