using Slipway.Serving.Routing;

namespace Slipway.Serving.Repository.Folder;

/// <summary>
/// What is known of one model of the folder. Whoever changes what answers holds <see cref="Turn"/>; everything else is guarded by the entry itself.
/// </summary>
internal sealed class FolderEntry(string name) : IDisposable
{
    private readonly Lock _gate = new();
    private EntryState _state = new();

    public string Name => name;

    /// <summary>One load or unload at a time.</summary>
    public SemaphoreSlim Turn { get; } = new(1);

    /// <summary>What it is like now.</summary>
    public EntryState State
    {
        get
        {
            lock (_gate)
            {
                return _state;
            }
        }
    }

    /// <summary>Changes what is known of it.</summary>
    public void Change(Func<EntryState, EntryState> change)
    {
        lock (_gate)
        {
            _state = change(_state);
        }
    }

    /// <summary>The load that is under way, or one that <paramref name="start"/> begins, and which of the two it is.</summary>
    public (Task Loading, bool Begun) Share(Func<Task> start)
    {
        lock (_gate)
        {
            if (_state.Loading is { IsCompleted: false } running)
            {
                return (running, false);
            }

            var begun = start();
            _state = _state with { Loading = begun };
            return (begun, true);
        }
    }

    public void Dispose() => Turn.Dispose();
}

/// <summary>What is known of a model of the folder, at one moment.</summary>
internal sealed record EntryState
{
    /// <summary>The load that is under way or was the last; null before the first.</summary>
    public Task? Loading { get; init; }

    /// <summary>What answers; null when nothing does.</summary>
    public ServedDeployment? Served { get; init; }

    /// <summary>The versions that answer, the highest first.</summary>
    public IReadOnlyList<FolderVersion> Versions { get; init; } = [];

    /// <summary>Why versions do not answer, by number.</summary>
    public IReadOnlyDictionary<int, string> Failures { get; init; } = new Dictionary<int, string>();

    /// <summary>Why the model does not answer, or not with what its files are now; empty when it does.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Somebody said unload: it stays away until somebody says load.</summary>
    public bool Unloaded { get; init; }

    /// <summary>There was no room for it: it is loaded when it is asked for.</summary>
    public bool OnDemand { get; init; }

    /// <summary>What its last load took, known also while it is away.</summary>
    public long Bytes { get; init; }

    /// <summary>When it was loaded last.</summary>
    public DateTimeOffset LoadedAt { get; init; }

    /// <summary>What its files looked like when the folder was last looked through.</summary>
    public string Seen { get; init; } = "";

    /// <summary>What its files looked like when they were last loaded, whether that went well or not.</summary>
    public string Tried { get; init; } = "";

    /// <summary>1, 2, 3 …: grows with every change of what answers.</summary>
    public long Revision { get; init; }
}
