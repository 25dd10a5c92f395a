namespace Slipway.Serving.Routing;

/// <summary>What a version is in a deployment, as answers, figures and prediction records say it.</summary>
internal static class Roles
{
    /// <summary>Answers.</summary>
    public const string Stable = "stable";

    /// <summary>Answers a share of the requests while a rollout judges it.</summary>
    public const string Candidate = "candidate";

    /// <summary>Is kept for a rollback, and answers whoever asks for it by version.</summary>
    public const string Previous = "previous";
}
