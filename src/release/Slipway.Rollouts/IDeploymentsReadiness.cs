using Slipway.Core.Names;

namespace Slipway.Rollouts;

/// <summary>Whether every deployment answers by its desired state. Asking costs no I/O.</summary>
public interface IDeploymentsReadiness
{
    /// <summary>True once what was deployed before the program started has been restored and nothing that is deployed is broken.</summary>
    bool IsReady { get; }

    /// <summary>Deployments that do not answer by their desired state, by name. The others answer nevertheless.</summary>
    IReadOnlyList<DeploymentProblem> Problems { get; }
}

/// <summary>Why a deployment does not answer by its desired state.</summary>
/// <param name="Deployment">The deployment.</param>
/// <param name="Version">The version that it should answer with.</param>
/// <param name="Message">One sentence for people.</param>
public sealed record DeploymentProblem(string Deployment, VersionReference Version, string Message);
