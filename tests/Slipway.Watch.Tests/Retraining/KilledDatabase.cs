using System.Data.Common;
using Slipway.Storage;

namespace Slipway.Watch.Tests.Retraining;

/// <summary>A process that is killed, as its database sees it: up to a chosen write everything is committed, from then on nothing is.</summary>
internal sealed class KilledDatabase(Database database, KilledDatabase.Switch control) : Database
{
    /// <summary>Says when.</summary>
    public sealed class Switch
    {
        private int _writes;

        /// <summary>The number of writes that commit from now on; null lets all.</summary>
        public int? After { get; set; }

        /// <summary>Completes when a write was refused.</summary>
        public TaskCompletionSource Killed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Writes so far.</summary>
        public int Writes => _writes;

        public void Count()
        {
            if (Interlocked.Increment(ref _writes) > After)
            {
                Killed.TrySetResult();
                throw new InvalidOperationException("Killed.");
            }
        }

        public void Restart() => _writes = 0;
    }

    public override Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read, CancellationToken cancellationToken) => database.ReadAsync(read, cancellationToken);

    public override Task<T> WriteAsync<T>(Func<WriteTransaction, Task<T>> write, CancellationToken cancellationToken)
    {
        control.Count();
        return database.WriteAsync(write, cancellationToken);
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
