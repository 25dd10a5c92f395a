namespace Slipway.Storage;

/// <summary>What <see cref="StorageModule.OpenStorageAsync"/> opens: the database that is plugged in.</summary>
public interface IOpenable
{
    /// <summary>Opens or creates it and brings its schema up to date. Called once, before anything else, by the holder of the data folder's lock.</summary>
    Task OpenAsync(CancellationToken cancellationToken);
}
