namespace Slipway.Storage.Blobs;

/// <summary>
/// A column that names blobs. A module registers one as a singleton for each of its columns that does; a purge keeps whatever one of them names. A column whose name speaks of a digest and
/// that names no blob is registered too, as <see cref="BlobUse.None"/>: a test walks the whole schema and finds whoever was forgotten.
/// </summary>
/// <param name="Table">The table.</param>
/// <param name="Column">Its column; rows where it is null name nothing.</param>
/// <param name="Use">What stands in it.</param>
public sealed record BlobColumn(string Table, string Column, BlobUse Use)
{
    /// <summary>Which rows name something, as a condition in SQL; all unless given.</summary>
    public string Where { get; init; } = "1 = 1";
}

/// <summary>What stands in a column.</summary>
public enum BlobUse
{
    /// <summary>No blob: a digest of something else.</summary>
    None,

    /// <summary>A blob's digest. An index over the column makes a purge fast where there are many.</summary>
    Blob,

    /// <summary>An artifact's digest, which needs its manifest and every file in that.</summary>
    Artifact,

    /// <summary>A text, such as JSON, in which digests of blobs or artifacts stand.</summary>
    Text,
}
