namespace Slipway.Tracking.EvaluationDatasets;

/// <summary>The limits of evaluation datasets.</summary>
internal static class EvaluationLimits
{
    public const int Name = 255;
    public const int TagKey = 255;
    public const int TagValue = 5000;
    public const int Tags = 1000;
    public const int Experiments = 1000;
    public const int Page = 1000;

    /// <summary>The most records of one request.</summary>
    public const int Batch = 10_000;

    /// <summary>The most bytes of a request with records.</summary>
    public const int Request = 64_000_000;
}
