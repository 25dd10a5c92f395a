using Slipway.Core.Errors;

namespace Slipway.Rollouts;

/// <summary>Finds a deployment that must be there.</summary>
internal static class DeploymentLookup
{
    private const int MaxNamed = 10;

    /// <summary>The deployment; <see cref="ErrorKind.NotFound"/> names those there are.</summary>
    public static async Task<DeploymentState> GetAsync(this IDeployments deployments, string name, CancellationToken cancellationToken)
    {
        if (await deployments.FindAsync(name, cancellationToken) is { } state)
        {
            return state;
        }

        var known = await deployments.ListAsync(cancellationToken);
        var named = string.Join(", ", known.Take(MaxNamed).Select(d => d.Name));
        var there = known.Count switch
        {
            0 => "Nothing is deployed yet: `slipway deploy` deploys a version",
            > MaxNamed => $"There are {named} and {known.Count - MaxNamed} more",
            1 => $"There is {named}",
            _ => $"There are {named}",
        };

        throw new SlipwayException(ErrorKind.NotFound, $"There is no deployment '{name}'. {there}.");
    }
}
