namespace Slipway.Serving.Engine;

/// <summary>
/// What a run costs, learned from the runs themselves: so much whatever its size, and so much a row. A line through the last hundred or so, fitted with weights that fade. A model's cost in a
/// busy server is many times that in a loop (its data has left the cache meanwhile), so it is measured where it is paid.
/// </summary>
internal sealed class RunCosts
{
    private const double Fade = 1 - (1.0 / 64);

    // A run that was interrupted by another program says nothing about the model; one that is really slower shows in all that follow.
    private const double MostAtOnce = 8;

    private double _weight;
    private double _rows;
    private double _squares;
    private double _ticks;
    private double _products;
    private int _learning;

    /// <summary>True when runs of different sizes have been seen lately, so that the two parts can be told apart.</summary>
    public bool KnowsFixed => Variance > 0.05;

    /// <summary>The part that does not depend on the rows, in timestamp ticks: what is saved when two runs become one.</summary>
    public double Fixed => KnowsFixed ? Math.Clamp(Mean - (Slope * (_rows / _weight)), 0, Mean) : 0;

    /// <summary>Ticks of a row on average, its share of the fixed part included.</summary>
    public double PerRow => _rows > 0 ? _ticks / _rows : 0;

    /// <summary>Ticks of a run on average.</summary>
    public double Mean => _weight > 0 ? _ticks / _weight : 0;

    private double Variance => _weight > 0 ? (_squares / _weight) - (_rows / _weight * (_rows / _weight)) : 0;

    private double Slope => ((_products / _weight) - (_rows / _weight * Mean)) / Variance;

    /// <summary>Takes note of a run.</summary>
    public void Learn(int rows, long ticks)
    {
        // Where several runs end at once one of them is enough to learn from.
        if (Interlocked.Exchange(ref _learning, 1) != 0)
        {
            return;
        }

        var usual = PerRow * rows;
        var taken = _weight > 4 && ticks > MostAtOnce * Math.Max(usual, Mean) ? MostAtOnce * Math.Max(usual, Mean) : ticks;
        _weight = (_weight * Fade) + 1;
        _rows = (_rows * Fade) + rows;
        _squares = (_squares * Fade) + ((double)rows * rows);
        _ticks = (_ticks * Fade) + taken;
        _products = (_products * Fade) + (taken * rows);
        Volatile.Write(ref _learning, 0);
    }
}
