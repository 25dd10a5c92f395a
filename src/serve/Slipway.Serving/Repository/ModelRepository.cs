using Microsoft.Extensions.Logging;
using Slipway.Core.Errors;
using Slipway.Rollouts;
using Slipway.Serving.Repository.Folder;
using Slipway.Serving.Routing;

namespace Slipway.Serving.Repository;

/// <summary>The models of the folder and the deployments of the registry, as one index. What answers is decided here for the folder only.</summary>
internal sealed partial class ModelRepository(
    ServingOptions options,
    VersionServer versions,
    IDeployments deployments,
    IDeploymentsReadiness readiness,
    FolderModels folder,
    ILogger<ModelRepository> log) : IModelRepository
{
    private readonly ModelFolderOptions _options = options.Models;
    private volatile IReadOnlyList<string> _remarks = [];

    /// <inheritdoc/>
    public IReadOnlyList<RepositoryModel> List()
    {
        var released = versions.Snapshot.Deployments.Where(d => !d.IsFolders).ToList();
        var models = released.SelectMany(d => d.Versions.Select(v => new RepositoryModel(d.Name, v.Semantic, RepositoryModelState.Ready, ""))).ToList();
        models.AddRange(readiness.Problems
            .Where(p => !released.Any(d => d.Name == p.Deployment))
            .Select(p => new RepositoryModel(p.Deployment, p.Version.Version.ToString(), RepositoryModelState.Unavailable, p.Message)));
        var taken = models.Select(m => m.Name).ToHashSet(StringComparer.Ordinal);
        models.AddRange(folder.Entries.Where(e => !taken.Contains(e.Name)).SelectMany(e => FolderIndex.Of(e.Name, e.State)));

        // A stable sort: within a model the version that answers stays first.
        return [.. models.OrderBy(m => m.Name, StringComparer.Ordinal)];
    }

    /// <inheritdoc/>
    public async Task LoadAsync(string name, CancellationToken cancellationToken)
    {
        await RequireFoldersAsync(name, "load", cancellationToken);
        var source = Find(name);
        if (source is null)
        {
            throw folder.Find(name) is { } gone ? folder.Lost(gone) : Unknown(name);
        }

        var entry = folder.GetOrAdd(name);
        while (true)
        {
            var seen = FileStamp.Of(source.Path);
            var (loading, begun) = entry.Share(() => folder.BeginLoad(entry, all: true));
            try
            {
                await loading.WaitAsync(cancellationToken);
                if (begun || entry.State.Tried == seen)
                {
                    return;
                }
            }
            catch (SlipwayException) when (!begun && entry.State.Tried != seen)
            {
                // That load read the files as they were before this caller asked: once more.
            }
        }
    }

    /// <inheritdoc/>
    public async Task UnloadAsync(string name, CancellationToken cancellationToken)
    {
        await RequireFoldersAsync(name, "unload", cancellationToken);
        var entry = folder.Find(name) ?? (Find(name) is null ? throw Unknown(name) : folder.GetOrAdd(name));
        await folder.UnloadAsync(entry, cancellationToken);
    }

    /// <summary>
    /// What answers under a name, or null. Waits while a model that does not answer yet is being loaded, and loads one that had to make room. Completes at once for what answers, and for what
    /// nobody is loading.
    /// </summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.Unavailable"/> when too many wait already or it takes too long; <see cref="ErrorKind.NotFound"/> when the load fails.</exception>
    public ValueTask<ServedDeployment?> ArriveAsync(string name, CancellationToken cancellationToken) => versions.Snapshot.Find(name) is { } found
        ? new ValueTask<ServedDeployment?>(found)
        : folder.Find(name) is { } entry ? ArriveAsync(entry, cancellationToken) : new ValueTask<ServedDeployment?>(result: null);

    /// <summary>The same, of a deployment or of one of its versions, for whoever needs it.</summary>
    /// <exception cref="SlipwayException">As <see cref="ArriveAsync(string, CancellationToken)"/>, and <see cref="ErrorKind.NotFound"/> where there is none.</exception>
    public async ValueTask<(ServedDeployment Deployment, ServedVersion Version)> GetAsync(string name, string? version, CancellationToken cancellationToken) =>
        VersionServer.Get(await ArriveAsync(name, cancellationToken), name, version);

    /// <summary>What answers now, for whoever only wants to know that: neither waits nor loads.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.Unavailable"/> where the first request would wait for a load; <see cref="ErrorKind.NotFound"/> where there is none.</exception>
    public (ServedDeployment Deployment, ServedVersion Version) GetNow(string name, string? version)
    {
        var isComing = folder.Find(name)?.State is { Served: null } and ({ OnDemand: true } or { Loading.IsCompleted: false });
        var found = versions.Snapshot.Find(name);
        return found is null && isComing
            ? throw new SlipwayException(ErrorKind.Unavailable, $"'{name}' is not in memory now: it is being loaded, or is loaded when a prediction or its metadata is asked for.")
            : VersionServer.Get(found, name, version);
    }

    /// <summary>Looks through the folder and loads what is in it. What cannot be served is told in a sentence each; the others answer.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        var contents = FolderScan.Scan(_options.Path!);
        Tell(contents.Remarks);
        foreach (var source in contents.Models)
        {
            if (await IsReleasedAsync(source.Name, cancellationToken))
            {
                var file = Path.GetFileName(source.Path);
                LogTaken(source.Name, file);
                continue;
            }

            var entry = folder.GetOrAdd(source.Name);
            if (!folder.HasRoom)
            {
                folder.LeaveForLater(entry, source);
                continue;
            }

            await folder.TryLoadAsync(entry, all: true, cancellationToken);
        }

        var entries = folder.Entries;
        var loaded = entries.Count(e => e.State.Served is not null);
        LogOpened(_options.Path!, loaded, entries.Count);
    }

    /// <summary>
    /// Looks through the folder again. What looks different from what was loaded, and the same as the last time somebody looked, is loaded: a file that is still being copied changes between two
    /// looks. What is gone no longer answers.
    /// </summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var contents = FolderScan.Scan(_options.Path!);
        Tell(contents.Remarks);
        var there = contents.Models.ToDictionary(m => m.Name, StringComparer.Ordinal);
        foreach (var entry in folder.Entries.Where(e => !there.ContainsKey(e.Name)))
        {
            await folder.RemoveAsync(entry, cancellationToken);
        }

        foreach (var source in contents.Models)
        {
            if (await IsReleasedAsync(source.Name, cancellationToken))
            {
                continue;
            }

            var entry = folder.GetOrAdd(source.Name);
            var seen = FileStamp.Of(source.Path);
            var before = entry.State;
            entry.Change(state => state with { Seen = seen });
            if (seen == before.Seen && seen != before.Tried && before is { Unloaded: false, OnDemand: false })
            {
                await folder.TryLoadAsync(entry, all: false, cancellationToken);
            }
        }
    }

    private async ValueTask<ServedDeployment?> ArriveAsync(FolderEntry entry, CancellationToken cancellationToken)
    {
        while (true)
        {
            // What is known of the model is changed before it begins to answer and before it ceases to, so what neither answers nor is on its way is really away.
            var isAway = entry.State is { Served: null, OnDemand: false, Loading: null or { IsCompleted: true } };
            if (versions.Snapshot.Find(entry.Name) is { } found)
            {
                return found;
            }

            if (isAway)
            {
                return null;
            }

            await folder.WaitAsync(entry, cancellationToken);
        }
    }

    private ModelSource? Find(string name) => _options.Path is null ? null : FolderScan.Scan(_options.Path).Models.FirstOrDefault(m => m.Name == name);

    private async Task RequireFoldersAsync(string name, string verb, CancellationToken cancellationToken)
    {
        if (await IsReleasedAsync(name, cancellationToken))
        {
            throw new SlipwayException(
                ErrorKind.Conflict, $"'{name}' is a deployment that was released from the registry, so it is not {verb}ed by name. `slipway deploy` and `slipway rollback` decide what it answers with.");
        }

        if (_options.Path is null)
        {
            throw Unknown(name);
        }
    }

    private async Task<bool> IsReleasedAsync(string name, CancellationToken cancellationToken) =>
        versions.Snapshot.Find(name) is { IsFolders: false } || await deployments.FindAsync(name, cancellationToken) is not null;

    private SlipwayException Unknown(string name) => new(
        ErrorKind.NotFound,
        _options.Path is { } path
            ? $"Request for unknown model: '{name}' is not found. {path} holds no model of that name that can be served."
            : $"Request for unknown model: '{name}' is not found. Models are loaded by name from the folder that `slipway up --models DIR` names.");

    // A sentence is told once, however often the folder is looked through.
    private void Tell(IReadOnlyList<string> remarks)
    {
        foreach (var remark in remarks.Except(_remarks))
        {
            LogRemark(remark);
        }

        _remarks = remarks;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Remark}")]
    private partial void LogRemark(string remark);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Name} answers with what was released from the registry; {Entry} in the folder of models is not served. Rename it to have both")]
    private partial void LogTaken(string name, string entry);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Path}: {Loaded} of {Models} models answer")]
    private partial void LogOpened(string path, int loaded, int models);
}
