namespace Slipway.Monitoring.Log;

/// <summary>Reads back what is in the log, for whoever looks at single predictions: everything that a drain has seen written, wherever it lies by now.</summary>
internal interface IPredictionHistory
{
    /// <summary>Rows by id, with all columns that the log has of them; a column without any value, too. Unknown ids are left out.</summary>
    Task<IReadOnlyList<PredictionBatch>> ReadAsync(string deployment, IReadOnlyCollection<string> ids, CancellationToken cancellationToken);

    /// <summary>The ids of rows that a condition holds for, in no particular order.</summary>
    Task<IReadOnlyList<string>> ListIdsAsync(string deployment, RowCondition condition, CancellationToken cancellationToken);
}

/// <summary>What rows are looked for by, said twice: for chunks, and for the Parquet files that they become.</summary>
/// <param name="Arrivals">When the rows arrived (UTC): other chunks and files are not read.</param>
/// <param name="Holds">True for a row that is looked for.</param>
/// <param name="Sql">The same over the columns of the files.</param>
/// <param name="Limit">The most ids that are wanted.</param>
internal sealed record RowCondition((DateTime From, DateTime To) Arrivals, Func<PredictionBatch, int, bool> Holds, string Sql, int Limit);
