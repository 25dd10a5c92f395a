namespace Slipway.Rollouts;

/// <summary>What Rollouts needs of whatever answers requests; Serving implements it.</summary>
public interface IVersionServer
{
    /// <summary>Loads and warms every version that <paramref name="desired"/> names, without answering with a new one. Throws when one cannot be loaded.</summary>
    Task PrepareAsync(DeploymentState desired, CancellationToken cancellationToken);

    /// <summary>Answers by <paramref name="state"/> from now on. Its versions are prepared, so this does no I/O and cannot fail.</summary>
    void Activate(DeploymentState state);
}
