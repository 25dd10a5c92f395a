using Slipway.Storage;
using Slipway.Storage.Events;

namespace Slipway.Retraining.Triggers;

/// <summary>How all projects' conditions stand, in memory and in the database, with the place in the event table up to which they have taken what happened. Used by one caller at a time.</summary>
internal sealed class TriggerBook(Database database, IEventLog log, TriggerStore store)
{
    /// <summary>The name of the cursor.</summary>
    public const string Consumer = "retraining";

    // Events that concern nobody move the cursor only now and then, or each event would cost a second write.
    private const int MostUnsaved = 1000;

    private readonly Dictionary<string, TriggerState> _states = new(StringComparer.Ordinal);
    private long _saved;

    /// <summary>The last event that was taken; null before <see cref="OpenAsync"/>.</summary>
    public long? Position { get; private set; }

    /// <summary>Goes to the place that the last process had reached; does nothing the second time.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (Position is null)
        {
            _saved = await log.ReadCursorAsync(Consumer, cancellationToken);
            Position = _saved;
        }
    }

    public async Task<TriggerState> ReadAsync(string model, CancellationToken cancellationToken)
    {
        if (!_states.TryGetValue(model, out var state))
        {
            _states[model] = state = await store.ReadAsync(model, cancellationToken);
        }

        return state;
    }

    /// <summary>Keeps a state that the event at <paramref name="position"/> (or, with null, time) led to, together with the cursor.</summary>
    public async Task SaveAsync(string model, TriggerState state, long? position, CancellationToken cancellationToken)
    {
        var place = position ?? Position!.Value;
        await database.WriteAsync(
            async transaction =>
            {
                await SaveAsync(transaction, model, state, place);
                return true;
            },
            cancellationToken);
        Saved(model, state, place);
    }

    /// <summary>Does the same in a transaction that does more; <see cref="Saved"/> follows when it has committed.</summary>
    public static async Task SaveAsync(WriteTransaction transaction, string model, TriggerState state, long position)
    {
        await TriggerStore.SaveAsync(transaction, model, state);
        await transaction.SaveCursorAsync(Consumer, position);
    }

    /// <summary>Remembers what was committed.</summary>
    public void Saved(string model, TriggerState state, long position)
    {
        _states[model] = state;
        Position = position;
        _saved = position;
    }

    /// <summary>Goes past an event whose effect, if it had one, is committed.</summary>
    public async Task PassAsync(long position, CancellationToken cancellationToken)
    {
        if (position - _saved > MostUnsaved)
        {
            await database.WriteAsync(
                async transaction =>
                {
                    await transaction.SaveCursorAsync(Consumer, position);
                    return true;
                },
                cancellationToken);
            _saved = position;
        }

        Position = position;
    }
}
