namespace Slipway.Tracking;

/// <summary>What is deleted stays until it is purged; here are MLflow's words for that.</summary>
internal static class Lifecycle
{
    public const string Active = "active";
    public const string Deleted = "deleted";

    public static string Of(long? deletedAt) => deletedAt is null ? Active : Deleted;
}

/// <summary>Which of the active and the deleted a client asks for, with MLflow's numbers and names.</summary>
internal enum LifecycleView
{
    ActiveOnly = 1,
    DeletedOnly = 2,
    All = 3,
}
