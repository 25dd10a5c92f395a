namespace Slipway.Access;

/// <summary>What a caller may do. Every route declares one; a test walks all routes.</summary>
public enum Permission
{
    /// <summary>Anybody may: health, the sign-in page, static files.</summary>
    Anonymous,

    /// <summary>See projects, versions, deployments and figures.</summary>
    Read,

    /// <summary>Ask a deployment for predictions.</summary>
    Score,

    /// <summary>Change projects, train and register.</summary>
    Develop,

    /// <summary>Approve and reject versions.</summary>
    Approve,

    /// <summary>Deploy and roll back.</summary>
    Deploy,

    /// <summary>Deploy a version that lacks what its project's policy demands, in an emergency and with a reason.</summary>
    Override,

    /// <summary>Change the server itself.</summary>
    Administer,
}
