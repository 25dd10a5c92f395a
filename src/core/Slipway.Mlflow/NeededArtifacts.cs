namespace Slipway.Mlflow;

/// <summary>
/// A column that holds addresses of tracked things (<c>runs:/…</c>, <c>models:/m-…</c>, <c>mlflow-artifacts:/…</c>) that are needed whatever becomes of the run or experiment in which they lie: a
/// version's source. A module registers one as a singleton; a purge leaves what such an address names. Content that a digest names needs none of it, since a blob stays while a
/// <see cref="Storage.Blobs.BlobColumn"/> names it.
/// </summary>
/// <param name="Table">The table.</param>
/// <param name="Column">Its column.</param>
public sealed record NeededArtifacts(string Table, string Column);
