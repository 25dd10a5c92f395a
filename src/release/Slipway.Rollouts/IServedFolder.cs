namespace Slipway.Rollouts;

/// <summary>Models that answer as they lie in a folder, without having been released. Serving implements it; nothing here decides about them.</summary>
public interface IServedFolder
{
    /// <summary>What answers now, by name. A name that was released from the registry is never among them.</summary>
    IReadOnlyList<DeploymentState> List();

    /// <summary>The model of that name, or null.</summary>
    DeploymentState? Find(string name);
}
