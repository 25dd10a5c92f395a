using System.Collections.Concurrent;

namespace Slipway.Rollouts;

/// <inheritdoc/>
/// <remarks>Stands apart from the reconciler, so that a server can ask for it without depending on what depends on the server.</remarks>
internal sealed class DeploymentsReadiness : IDeploymentsReadiness
{
    private readonly ConcurrentDictionary<string, DeploymentProblem> _problems = new(StringComparer.Ordinal);
    private volatile bool _restored;

    public bool IsReady => _restored && _problems.IsEmpty;

    public IReadOnlyList<DeploymentProblem> Problems => [.. _problems.Values.OrderBy(p => p.Deployment, StringComparer.Ordinal)];

    public void Restored() => _restored = true;

    public void Broken(DeploymentProblem problem) => _problems[problem.Deployment] = problem;

    public void Mended(string deployment) => _problems.TryRemove(deployment, out _);
}
