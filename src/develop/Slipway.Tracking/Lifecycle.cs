namespace Slipway.Tracking;

/// <summary>What is deleted stays until it is purged; here are MLflow's words for that.</summary>
internal static class Lifecycle
{
    public const string Active = "active";
    public const string Deleted = "deleted";

    /// <summary>
    /// The moment of deletion of what a purge has begun to take apart: there is no way back from it, and the next purge goes on where one that was killed ended.
    /// </summary>
    public const long Purging = -1;

    public static string Of(long? deletedAt) => deletedAt is null ? Active : Deleted;
}

/// <summary>Which of the active and the deleted a client asks for, with MLflow's numbers and names.</summary>
internal enum LifecycleView
{
    ActiveOnly = 1,
    DeletedOnly = 2,
    All = 3,
}
