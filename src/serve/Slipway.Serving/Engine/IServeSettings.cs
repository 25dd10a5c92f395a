namespace Slipway.Serving.Engine;

/// <summary>Says how a deployment's project wants its requests run; Retraining implements it from the project's file.</summary>
public interface IServeSettings
{
    /// <summary>The settings of the project that names the deployment, or null where there is none.</summary>
    Task<ServeSettings?> FindAsync(string deployment, CancellationToken cancellationToken);
}

/// <summary>Is told that <see cref="IServeSettings"/> has another answer now.</summary>
public interface IServeSettingsFollower
{
    /// <summary>
    /// Serves the deployment as its project says now. When it returns every further request is answered that way; those under way, and those that wait, are answered all the same. A
    /// deployment that is not served changes nothing: it asks when it is released.
    /// </summary>
    /// <exception cref="Core.Errors.SlipwayException">A model cannot be loaded the way that is wanted; then everything stays as it was.</exception>
    Task ChangedAsync(string deployment, CancellationToken cancellationToken);
}
