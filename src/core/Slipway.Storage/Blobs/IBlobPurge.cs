namespace Slipway.Storage.Blobs;

/// <summary>
/// Deletes blobs that no <see cref="BlobColumn"/> names. Safe beside everything else: whoever is about to name a blob has stored it or kept it (<see cref="IBlobStore.KeepAsync"/>) within the
/// last hour, and a purge takes none that was. Killed at any moment it has deleted nothing that is needed, and the next one goes on.
/// </summary>
public interface IBlobPurge
{
    /// <summary>Deletes the blobs that nothing names.</summary>
    Task<PurgedBlobs> DeleteAsync(CancellationToken cancellationToken);

    /// <summary>What <see cref="DeleteAsync"/> would delete, once rows of a table that names blobs were gone: <paramref name="released"/> says how many rows of each digest go from <paramref name="table"/>.</summary>
    Task<PurgedBlobs> PlanAsync(string table, IReadOnlyDictionary<string, long> released, CancellationToken cancellationToken);
}

/// <summary>What a purge of blobs does, or would do.</summary>
/// <param name="Count">Blobs that nothing names.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="RecentCount">Blobs that nothing names and that stay, since they were stored or asked for within the last hour.</param>
/// <param name="RecentBytes">Their bytes.</param>
public sealed record PurgedBlobs(long Count, long Bytes, long RecentCount, long RecentBytes);
