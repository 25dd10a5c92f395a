using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Slipway.Core.Errors;
using Slipway.Serving.Routing;
using Slipway.Storage;

namespace Slipway.Serving.Repository.Folder;

/// <summary>The models of the folder: loads them, lets them answer, and lets them go. Whoever asks for one that is being loaded waits here, within bounds.</summary>
internal sealed partial class FolderModels : IDisposable
{
    private readonly ModelFolderOptions _options;
    private readonly VersionServer _versions;
    private readonly TimeProvider _time;
    private readonly ILogger<FolderModels> _log;
    private readonly FolderLoader _loader;
    private readonly ConcurrentDictionary<string, FolderEntry> _entries = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _ending = new();
    private int _waiting;

    public FolderModels(ServingOptions options, VersionServer versions, DataFolder data, TimeProvider time, ILogger<FolderModels> log)
    {
        _options = options.Models;
        _versions = versions;
        _time = time;
        _log = log;
        _loader = new FolderLoader(versions, data, time);
    }

    /// <summary>Everything that is known, by name.</summary>
    public IReadOnlyList<FolderEntry> Entries => [.. _entries.Values.OrderBy(e => e.Name, StringComparer.Ordinal)];

    /// <summary>True while another model fits by what is known of those in memory.</summary>
    public bool HasRoom
    {
        get
        {
            var loaded = Loaded();
            return (_options.MaxLoaded == 0 || loaded.Count < _options.MaxLoaded) && (_options.MaxBytes == 0 || loaded.Sum(e => e.State.Bytes) < _options.MaxBytes);
        }
    }

    /// <summary>How many requests wait for a load.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    public FolderEntry? Find(string name) => _entries.GetValueOrDefault(name);

    public FolderEntry GetOrAdd(string name) => _entries.GetOrAdd(name, n => new FolderEntry(n));

    /// <summary>Begins to load a model from what its files are now; <paramref name="all"/> also those of its versions whose files look as they did.</summary>
    public Task BeginLoad(FolderEntry entry, bool all) => Task.Run(() => LoadAsync(entry, all, _ending.Token), CancellationToken.None);

    /// <summary>Loads a model, or shares the load that is under way. What goes wrong is logged and kept as the model's reason.</summary>
    public async Task TryLoadAsync(FolderEntry entry, bool all, CancellationToken cancellationToken)
    {
        try
        {
            await entry.Share(() => BeginLoad(entry, all)).Loading.WaitAsync(cancellationToken);
        }
        catch (SlipwayException)
        {
            // Told where it was loaded.
        }
    }

    /// <summary>Lets a model go until somebody says load.</summary>
    public async Task UnloadAsync(FolderEntry entry, CancellationToken cancellationToken)
    {
        await entry.Turn.WaitAsync(cancellationToken);
        try
        {
            var answered = entry.State.Served is not null;
            entry.Change(state => state with { Unloaded = true, OnDemand = false, Served = null, Versions = [], Failures = new Dictionary<int, string>(), Reason = "unloaded" });
            _versions.Withdraw(entry.Name);
            if (answered)
            {
                LogUnloaded(entry.Name);
            }
        }
        finally
        {
            entry.Turn.Release();
        }
    }

    /// <summary>Forgets a model whose files are gone, when they were gone the last time somebody looked too: a folder that is swapped is away for a moment.</summary>
    public async Task RemoveAsync(FolderEntry entry, CancellationToken cancellationToken)
    {
        if (entry.State.Seen.Length > 0)
        {
            entry.Change(state => state with { Seen = "" });
            return;
        }

        await UnloadAsync(entry, cancellationToken);
        _entries.TryRemove(entry.Name, out _);
        LogRemoved(entry.Name);
    }

    /// <summary>Leaves a model for the first request that asks for it.</summary>
    public void LeaveForLater(FolderEntry entry, ModelSource source)
    {
        entry.Change(state => state with { OnDemand = true, Seen = FileStamp.Of(source.Path), Reason = "There was no room for it; it is loaded when it is asked for." });
        LogLeft(entry.Name);
    }

    /// <summary>What a load says of a model whose files are gone.</summary>
    public SlipwayException Lost(FolderEntry entry) => new(
        ErrorKind.NotFound,
        $"Request for unknown model: the files of '{entry.Name}' are no longer in {_options.Path}."
        + (entry.State.Served is null ? "" : " What was loaded answers until it is unloaded."));

    /// <summary>Waits for the load of a model that does not answer; begins it where the model only had to make room.</summary>
    public async ValueTask WaitAsync(FolderEntry entry, CancellationToken cancellationToken)
    {
        var state = entry.State;
        if (state.Loading is not { IsCompleted: false } && !state.OnDemand)
        {
            // It has just begun to answer, or to be away.
            await Task.Yield();
            return;
        }

        if (Interlocked.Increment(ref _waiting) > _options.MaxWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            throw new SlipwayException(
                ErrorKind.Unavailable, $"'{entry.Name}' is being loaded, and {_options.MaxWaiting} requests wait for models already, which is the most. Try again in a moment.");
        }

        try
        {
            var loading = state.Loading is { IsCompleted: false } running ? running : entry.Share(() => BeginLoad(entry, all: false)).Loading;
            await loading.WaitAsync(_options.MaxWait, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new SlipwayException(ErrorKind.Unavailable, $"'{entry.Name}' is still being loaded. Try again in a moment.");
        }
        catch (SlipwayException e)
        {
            throw new SlipwayException(ErrorKind.NotFound, $"Request for unknown model: '{entry.Name}' could not be loaded. {e.Message}", e);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    public void Dispose()
    {
        _ending.Cancel();
        _ending.Dispose();
        _loader.Dispose();
    }
}
