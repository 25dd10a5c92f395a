using Microsoft.Extensions.Logging;
using Slipway.Core.Errors;
using Slipway.Rollouts;
using Slipway.Serving.Routing;

namespace Slipway.Serving.Repository.Folder;

internal sealed partial class FolderModels
{
    private async Task LoadAsync(FolderEntry entry, bool all, CancellationToken cancellationToken)
    {
        await entry.Turn.WaitAsync(cancellationToken);
        try
        {
            await LoadInTurnAsync(entry, all, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            var reason = e is SlipwayException ? e.Message : $"{entry.Name} cannot be loaded: {e.Message}";
            entry.Change(state => state with { Reason = reason, OnDemand = false });
            LogNotLoaded(entry.Name, reason, entry.State.Served is null ? "It does not answer" : "What answered until now goes on");
            throw e is SlipwayException ? e : new SlipwayException(ErrorKind.InvalidInput, reason, e);
        }
        finally
        {
            entry.Turn.Release();
        }
    }

    private async Task LoadInTurnAsync(FolderEntry entry, bool all, CancellationToken cancellationToken)
    {
        var source = FolderScan.Scan(_options.Path!).Models.FirstOrDefault(m => m.Name == entry.Name) ?? throw Lost(entry);
        var stamp = FileStamp.Of(source.Path);
        entry.Change(state => state with { Tried = stamp, Seen = stamp });
        var plan = FolderPlan.Make(source);
        MakeRoom(entry, entry.State.Bytes);

        var answering = Answering(entry);
        var failures = new Dictionary<int, string>();
        var loaded = new List<FolderVersion>();
        try
        {
            foreach (var version in plan.Versions)
            {
                // A version whose files nobody touched stays in memory as it is.
                if (!all && answering.FirstOrDefault(v => v.Number == version.Number && v.Stamp == version.Stamp) is { } kept)
                {
                    loaded.Add(kept);
                    continue;
                }

                try
                {
                    loaded.Add(await _loader.LoadAsync(plan, version, cancellationToken));
                }
                catch (SlipwayException e)
                {
                    failures[version.Number] = e.Message;
                }
            }

            // Nothing that answers goes away because something else could not be loaded.
            var serving = failures.Count == 0 ? loaded : [.. loaded.Concat(answering.Where(v => !loaded.Any(l => l.Number == v.Number)))];
            Serve(entry, source, [.. serving.OrderByDescending(v => v.Number)], failures);
        }
        catch
        {
            Retire(loaded.Except(answering));
            throw;
        }

        foreach (var remark in plan.Remarks)
        {
            LogRemark(entry.Name, remark);
        }

        if (failures.Count > 0 && (answering.Count > 0 || loaded.Count == 0))
        {
            throw new SlipwayException(ErrorKind.InvalidInput, string.Join(" ", failures.Select(f => $"Version {f.Key} of {entry.Name} cannot be loaded: {f.Value}")));
        }

        foreach (var (version, reason) in failures)
        {
            LogVersionNotLoaded(entry.Name, version, reason);
        }

        MakeRoom(entry, 0);
    }

    // What answers for the model now; nothing when the registry has taken its name meanwhile.
    private IReadOnlyList<FolderVersion> Answering(FolderEntry entry) =>
        entry.State is { Served: { } served, Versions: var versions } && ReferenceEquals(_versions.Snapshot.Find(entry.Name), served) ? versions : [];

    private void Serve(FolderEntry entry, ModelSource source, IReadOnlyList<FolderVersion> versions, IReadOnlyDictionary<int, string> failures)
    {
        if (versions.Count == 0)
        {
            entry.Change(state => state with { Failures = failures });
            return;
        }

        var revision = entry.State.Revision + 1;
        var first = FolderLoader.Reference(entry.Name, versions[0].Number);
        var state = new DeploymentState(entry.Name, new DeployedVersion(first, ""), null, revision, _time.GetUtcNow(), "folder") { Source = source.Path };

        // The one that answers is taken last, so that its figures stand first.
        var all = versions.Reverse().Select(v => Serve(entry.Name, v, v == versions[0] ? Roles.Stable : Roles.Previous)).Reverse().ToList();
        var served = new ServedDeployment(state, all[0], candidate: null, previous: null, versions[0].Loaded.Runner.Settings, [.. all.Skip(1)]);

        // Known before it answers: whoever finds it answering finds it here as well.
        var before = entry.State;
        entry.Change(known => known with
        {
            Served = served,
            Versions = versions,
            Failures = failures,
            Reason = "",
            Unloaded = false,
            OnDemand = false,
            Bytes = versions.Sum(v => v.Bytes),
            LoadedAt = _time.GetUtcNow(),
            Revision = revision,
        });
        if (!_versions.TryServe(served))
        {
            entry.Change(_ => before with { Served = null, Versions = [] });
            throw new SlipwayException(ErrorKind.Conflict, $"'{entry.Name}' was released from the registry, which goes first. Rename the model in {_options.Path} to have both.");
        }

        var numbers = string.Join(", ", versions.Select(v => v.Number));
        var milliseconds = (long)versions.Sum(v => v.LoadTime.TotalMilliseconds);
        var megabytes = versions.Sum(v => v.Bytes) >> 20;
        LogAnswers(entry.Name, numbers, source.Path, milliseconds, megabytes);
    }

    private ServedVersion Serve(string name, FolderVersion version, string role)
    {
        var reference = FolderLoader.Reference(name, version.Number);
        return _versions.Serve(name, role, reference, version.Loaded, version.Loaded.Runner.Settings);
    }

    private static void Retire(IEnumerable<FolderVersion> versions)
    {
        foreach (var version in versions)
        {
            version.Loaded.Model.Retire();
        }
    }

    private List<FolderEntry> Loaded() => [.. _entries.Values.Where(e => Answering(e).Count > 0)];

    // Lets those go that were idle longest, until another model of that size fits.
    private void MakeRoom(FolderEntry keep, long bytes)
    {
        var isNew = keep.State.Served is null ? 1 : 0;
        while (true)
        {
            var loaded = Loaded();
            var isFull = (_options.MaxLoaded > 0 && loaded.Count + isNew > _options.MaxLoaded)
                || (_options.MaxBytes > 0 && loaded.Sum(e => e.State.Bytes) + (isNew * bytes) > _options.MaxBytes);
            if (!isFull || loaded.Where(e => e != keep).OrderBy(LastUsed).ThenBy(e => e.Name, StringComparer.Ordinal).FirstOrDefault(Evict) is null)
            {
                return;
            }
        }
    }

    private DateTimeOffset LastUsed(FolderEntry entry)
    {
        var state = entry.State;
        var asked = state.Served?.Versions.Select(v => v.Figures.Read().Recent).Where(r => r.Count > 0).Select(r => r[^1].At).DefaultIfEmpty().Max() ?? default;
        return asked > state.LoadedAt ? asked : state.LoadedAt;
    }

    // False for one that is being loaded or unloaded right now.
    private bool Evict(FolderEntry entry)
    {
        if (!entry.Turn.Wait(0))
        {
            return false;
        }

        try
        {
            entry.Change(state => state with { Served = null, Versions = [], OnDemand = true, Reason = "It had to make room for another model; it is loaded when it is asked for." });
            _versions.Withdraw(entry.Name);
            LogEvicted(entry.Name);
            return true;
        }
        finally
        {
            entry.Turn.Release();
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Name} answers with {Versions} from {Path}, loaded in {Milliseconds} ms with {Megabytes} MB")]
    private partial void LogAnswers(string name, string versions, string path, long milliseconds, long megabytes);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Name}: {Remark}")]
    private partial void LogRemark(string name, string remark);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Name} could not be loaded: {Reason} {Consequence}")]
    private partial void LogNotLoaded(string name, string reason, string consequence);

    [LoggerMessage(Level = LogLevel.Error, Message = "Version {Version} of {Name} does not answer: {Reason}")]
    private partial void LogVersionNotLoaded(string name, int version, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Name} was unloaded")]
    private partial void LogUnloaded(string name);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Name} is gone from the folder of models and no longer answers")]
    private partial void LogRemoved(string name);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Name} made room for another model; it is loaded when it is asked for")]
    private partial void LogEvicted(string name);

    [LoggerMessage(Level = LogLevel.Information, Message = "There is no room for {Name} yet; it is loaded when it is asked for")]
    private partial void LogLeft(string name);
}
