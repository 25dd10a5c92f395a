namespace Slipway.Monitoring;

/// <summary>Who acts on what monitoring found, in the background; Retraining's triggers implement it. A caller that settles waits for them too.</summary>
public interface ISettleFollower
{
    /// <summary>Returns when everything that was found so far has been acted on.</summary>
    Task SettleAsync(CancellationToken cancellationToken);
}
