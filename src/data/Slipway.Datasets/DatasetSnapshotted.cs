using Slipway.Core;
using Slipway.Datasets.Sources;
using Slipway.Storage.Events;

namespace Slipway.Datasets;

/// <summary>Somebody made a snapshot, or came to an existing one with other SQL, time or label column, or from other files.</summary>
public sealed record DatasetSnapshotted(string Name, string Digest, long Rows, string Sql, string? Time, string? Label, Actor Actor) : IEvent
{
    /// <summary>The files that it was made from; empty in events of before they were kept.</summary>
    public IReadOnlyList<SourceFile> Files { get; init; } = [];

    /// <inheritdoc/>
    public string Subject => $"dataset/{Name}@{Digest}";
}
