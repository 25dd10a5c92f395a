namespace Slipway.Statistics.Sequential;

/// <summary>Placeholder of the contract; the implementation replaces this file.</summary>
public sealed record LossMargin(double Value, bool Relative);

/// <summary>Placeholder of the contract; the implementation replaces this file.</summary>
public sealed record LossCounts(double Weight, IReadOnlyDictionary<int, long> Candidate, IReadOnlyDictionary<int, long> Stable);

/// <summary>Placeholder of the contract; the implementation replaces this file.</summary>
public sealed record LossComparison
{
    /// <summary>Starts.</summary>
    public static LossComparison Start(LossMargin margin) => throw new NotImplementedException(margin.ToString());

    /// <summary>One look.</summary>
    public LossComparison Look(IReadOnlyList<LossCounts> sinceLast) => throw new NotImplementedException(sinceLast.ToString());

    /// <summary>Log e-value of harm.</summary>
    public double LogHarm { get; init; }

    /// <summary>Log e-value of safety.</summary>
    public double LogSafe { get; init; }
}

/// <summary>Placeholder of the contract; the implementation replaces this file.</summary>
public static class LossBins
{
    /// <summary>Edges.</summary>
    public const int Edges = 256;

    /// <summary>Rounds.</summary>
    public static int Round(double y, string predictionId) => throw new NotImplementedException(y + predictionId);
}
