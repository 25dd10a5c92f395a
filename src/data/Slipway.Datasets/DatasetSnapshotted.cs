using Slipway.Core;
using Slipway.Storage.Events;

namespace Slipway.Datasets;

/// <summary>Somebody made a snapshot, or used an existing one with other SQL, time or label column.</summary>
public sealed record DatasetSnapshotted(string Name, string Digest, long Rows, string Sql, string? Time, string? Label, Actor Actor) : IEvent
{
    /// <inheritdoc/>
    public string Subject => $"dataset/{Name}@{Digest}";
}
