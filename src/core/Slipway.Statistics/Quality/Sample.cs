namespace Slipway.Statistics.Quality;

/// <summary>Rows to compute a metric from: all of them, or a bootstrap sample by index. Nothing is copied, so a sample costs no more than reading it.</summary>
internal readonly struct Sample(ScoredRows rows, int[]? indices)
{
    private readonly double[] _truth = rows.Truth;
    private readonly double[] _scores = rows.Scores;

    /// <summary>The number of rows, repeats counted.</summary>
    public int Count { get; } = indices?.Length ?? rows.Truth.Length;

    /// <summary>The number of classes of a multiclass model.</summary>
    public int Classes => rows.Width;

    public double Truth(int i) => _truth[Row(i)];

    public double Score(int i) => _scores[Row(i)];

    public ReadOnlySpan<double> Scores(int i) => _scores.AsSpan(Row(i) * rows.Width, rows.Width);

    /// <summary>False when any truth or score is NaN or infinite.</summary>
    public bool IsFinite()
    {
        for (var i = 0; i < Count; i++)
        {
            // A product with zero is zero for finite numbers and NaN for all others: one test a row instead of one a value.
            var zero = 0 * Truth(i);
            foreach (var score in Scores(i))
            {
                zero += 0 * score;
            }

            if (double.IsNaN(zero))
            {
                return false;
            }
        }

        return true;
    }

    private int Row(int i) => indices is null ? i : indices[i];
}
