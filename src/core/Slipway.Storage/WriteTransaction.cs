using System.Data.Common;
using Slipway.Storage.Events;

namespace Slipway.Storage;

/// <summary>What a writer may do inside <see cref="Database.WriteAsync{T}"/>. Parameters are the properties of an object, as in Dapper.</summary>
public abstract class WriteTransaction
{
    /// <summary>Runs a statement and returns the number of rows it changed.</summary>
    public abstract Task<int> ExecuteAsync(string sql, object? parameters = null);

    /// <summary>Reads rows inside the transaction.</summary>
    public abstract Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters = null);

    /// <summary>Reads the one row there is, or the default when there is none.</summary>
    public abstract Task<T?> QuerySingleOrDefaultAsync<T>(string sql, object? parameters = null);

    /// <summary>Runs a kept statement with its values in order, and returns the number of rows it changed.</summary>
    public abstract Task<int> ExecuteAsync(Statement statement, params object?[] values);

    /// <summary>Reads rows with a kept statement, inside the transaction. <paramref name="read"/> takes one row and must not keep the reader.</summary>
    public abstract Task<IReadOnlyList<T>> QueryAsync<T>(Statement statement, Func<DbDataReader, T> read, params object?[] values);

    /// <summary>Appends <paramref name="happened"/> to the event table, in this transaction, and returns its position.</summary>
    public abstract Task<long> AppendAsync(IEvent happened);

    /// <summary>Records that <paramref name="consumer"/> has dealt with every event up to <paramref name="position"/>; commits with its effect.</summary>
    public abstract Task SaveCursorAsync(string consumer, long position);
}
