using System.Data.Common;

namespace Slipway.Storage;

/// <summary>
/// The metadata database. SQL is written in the subset that SQLite and PostgreSQL share, in a raw string beside the method that runs it.
/// Reads use their own connections and see the last committed state. Writes of many callers are committed together; each caller is answered
/// after its commit, so what was acknowledged is durable.
/// </summary>
public abstract class Database : IAsyncDisposable
{
    /// <summary>Runs <paramref name="read"/> on a pooled connection. Safe to call concurrently.</summary>
    public abstract Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read, CancellationToken cancellationToken);

    /// <summary>
    /// Runs <paramref name="write"/> in a transaction and answers once it is durable. When <paramref name="write"/> throws, its own changes are
    /// undone (and nobody else's) and the exception reaches the caller. It must not wait for anything but the transaction it is given:
    /// it holds the only writer.
    /// </summary>
    public abstract Task<T> WriteAsync<T>(Func<WriteTransaction, Task<T>> write, CancellationToken cancellationToken);

    /// <summary>Bytes of the database's file that hold nothing and are used for what comes next, since the file does not shrink; null where the database does not say.</summary>
    public virtual Task<long?> GetUnusedBytesAsync(CancellationToken cancellationToken) => Task.FromResult<long?>(null);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
