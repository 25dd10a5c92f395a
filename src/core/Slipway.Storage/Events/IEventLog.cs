namespace Slipway.Storage.Events;

/// <summary>Reads the append-only event table. Events are written with <see cref="WriteTransaction.AppendAsync"/>, beside the state they explain.</summary>
public interface IEventLog
{
    /// <summary>At most <paramref name="limit"/> events after <paramref name="position"/>, oldest first.</summary>
    Task<IReadOnlyList<StoredEvent>> ReadAsync(long position, int limit, CancellationToken cancellationToken);

    /// <summary>The events of one subject, oldest first; with <paramref name="limit"/>, the newest that many of them.</summary>
    Task<IReadOnlyList<StoredEvent>> ReadSubjectAsync(string subject, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Some events of one subject, newest first (oldest first with <see cref="SubjectQuery.After"/>). Their order is that of their positions, whatever the clock did: with <see cref="SubjectQuery.NotAfter"/> the first is the last one in that order whose
    /// time is not after the moment, and those before it follow whatever their times are, since they had happened by then. Costs what is answered, and one entry of the set's index for each of its events after the moment.
    /// </summary>
    Task<IReadOnlyList<StoredEvent>> ReadSetAsync(SubjectQuery query, CancellationToken cancellationToken);

    /// <summary>The events of several subjects, oldest first; the oldest <paramref name="limit"/> of them.</summary>
    Task<IReadOnlyList<StoredEvent>> ReadSubjectsAsync(IReadOnlyList<string> subjects, int limit, CancellationToken cancellationToken);

    /// <summary>Where a consumer stands: the position of the last event whose effect it has committed; 0 at first.</summary>
    Task<long> ReadCursorAsync(string consumer, CancellationToken cancellationToken);

    /// <summary>Completes when an event after <paramref name="position"/> has been committed. Polls nothing: the writer signals.</summary>
    Task WaitAsync(long position, CancellationToken cancellationToken);
}
