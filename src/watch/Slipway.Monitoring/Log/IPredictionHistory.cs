using Slipway.Core.Names;

namespace Slipway.Monitoring.Log;

/// <summary>Reads back what is in the log, for whoever looks at single predictions: everything that a drain has seen written, wherever it lies by now.</summary>
internal interface IPredictionHistory
{
    /// <summary>Rows by id, with all columns that the log has of them; a column without any value, too. Unknown ids are left out.</summary>
    Task<IReadOnlyList<PredictionBatch>> ReadAsync(string deployment, IReadOnlyCollection<string> ids, CancellationToken cancellationToken);

    /// <summary>The ids of rows that a condition holds for, in no particular order.</summary>
    Task<IReadOnlyList<string>> ListIdsAsync(string deployment, RowCondition condition, CancellationToken cancellationToken);

    /// <summary>The newest rows that a version answered well, newest chunks and files first, at most <paramref name="most"/>; where they are few, the oldest files are not searched.</summary>
    Task<IReadOnlyList<PredictionBatch>> ReadNewestAsync(string deployment, VersionReference version, int most, CancellationToken cancellationToken);
}
