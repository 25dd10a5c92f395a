using Microsoft.Extensions.Logging;
using Slipway.Core;
using Slipway.Access.Scopes;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Inference;
using Slipway.Registry;
using Slipway.Registry.Integrity;
using Slipway.Rollouts;
using Slipway.Serving.Caching;
using Slipway.Serving.Engine;
using Slipway.Serving.Figures;
using Slipway.Serving.Warming;
using Slipway.Storage.Blobs;

namespace Slipway.Serving.Routing;

/// <summary>Keeps in memory what Rollouts says is deployed, and holds the snapshot that every request reads.</summary>
internal sealed partial class VersionServer(
    IArtifactStore artifacts,
    IModelRegistry registry,
    IVersionIntegrity integrity,
    ServingFigures figures,
    ServingOptions options,
    TimeProvider time,
    ILogger<VersionServer> log,
    IServeSettings? settings = null)
    : IVersionServer, IServedFolder, IServeSettingsFollower, IDeploymentModels, IDisposable
{
    // One load at a time: loading takes memory and a core, and whoever waits here is a deployment, never a request.
    private readonly SemaphoreSlim _loading = new(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<ModelKey, LoadedVersion> _loaded = [];

    // States that are prepared but not yet active. Without them, a switch of another deployment would retire what was just loaded.
    private readonly Dictionary<string, Prepared> _prepared = [];

    private readonly WarmUp _warmUp = new(time, options, log);

    private volatile RoutingSnapshot _snapshot = RoutingSnapshot.Empty;

    /// <summary>What answers now.</summary>
    public RoutingSnapshot Snapshot => _snapshot;

    // A folder's models are nobody's project.
    string? IDeploymentModels.Find(string deployment) => _snapshot.Find(deployment) is { IsFolders: false } found ? found.Stable.Reference.Model : null;

    /// <summary>What answers for a deployment, or for one of its loaded versions.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.NotFound"/> when there is none.</exception>
    public (ServedDeployment Deployment, ServedVersion Version) Get(string deployment, string? version) => Get(_snapshot.Find(deployment), deployment, version);

    /// <summary>The same of what was found under the name, or was not.</summary>
    public static (ServedDeployment Deployment, ServedVersion Version) Get(ServedDeployment? found, string deployment, string? version)
    {
        _ = found ?? throw new SlipwayException(ErrorKind.NotFound, $"Request for unknown model: '{deployment}' is not found. `slipway status` lists what is deployed.");
        return found.Find(version) is { } served
            ? (found, served)
            : throw new SlipwayException(
                ErrorKind.NotFound,
                $"Request for unknown model: '{deployment}' version '{version}' is not found. The versions that answer are {string.Join(", ", found.Versions.Select(v => v.Semantic))}.");
    }

    public async Task PrepareAsync(DeploymentState desired, CancellationToken cancellationToken)
    {
        Prepared? former;
        var next = new Prepared(desired, await FindSettingsAsync(desired.Name, cancellationToken));
        lock (_gate)
        {
            _prepared.Remove(desired.Name, out former);
            _prepared[desired.Name] = next;
            if (IsLoaded(next))
            {
                // A rollback, or another weight: it must not wait until somebody else's model is loaded.
                return;
            }
        }

        try
        {
            await LoadAsync(next, cancellationToken);
        }
        catch
        {
            lock (_gate)
            {
                // What was prepared before stays so: it can still be switched to.
                _prepared.Remove(desired.Name);
                if (former is not null)
                {
                    _prepared[desired.Name] = former;
                }

                RetireUnnamed();
            }

            throw;
        }
    }

    public void Activate(DeploymentState state)
    {
        lock (_gate)
        {
            Switch(state, SettingsOf(state.Name));
            _prepared.Remove(state.Name);
            RetireUnnamed();
        }

        LogActivated(log, state.Name, state.Stable.Reference, state.Revision);
        if (state.Candidate is { } trying)
        {
            LogTrying(log, state.Name, trying.Version.Reference, trying.Weight, trying.Rollout);
        }
    }

    /// <summary>Answers with a model of a folder from now on. False, and nothing changed, when the name was released from the registry.</summary>
    public bool TryServe(ServedDeployment served)
    {
        lock (_gate)
        {
            var before = _snapshot.Find(served.Name);
            if (before is { IsFolders: false })
            {
                return false;
            }

            figures.SetRoles(served.Name, served.Versions.ToDictionary(v => v.Reference, v => v.Role));
            _snapshot = _snapshot.With(served);
            RetireFolders(before, served);
            return true;
        }
    }

    /// <summary>Lets a model of a folder go: requests that hold it are answered, later ones find no model.</summary>
    public void Withdraw(string name)
    {
        lock (_gate)
        {
            if (_snapshot.Find(name) is { IsFolders: true } before)
            {
                figures.SetRoles(name, new Dictionary<VersionReference, string>());
                _snapshot = _snapshot.Without(name);
                RetireFolders(before, after: null);
            }
        }
    }

    IReadOnlyList<DeploymentState> IServedFolder.List() =>
        [.. _snapshot.Deployments.Where(d => d.IsFolders).Select(d => d.State).OrderBy(s => s.Name, StringComparer.Ordinal)];

    DeploymentState? IServedFolder.Find(string name) => _snapshot.Find(name) is { IsFolders: true } found ? found.State : null;

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var served in _snapshot.Deployments)
            {
                RetireFolders(served, after: null);
            }

            _snapshot = RoutingSnapshot.Empty;
            _prepared.Clear();
            foreach (var loaded in _loaded.Values)
            {
                loaded.Model.Retire();
            }

            _loaded.Clear();
        }

        _loading.Dispose();
        _changes.Dispose();
    }

    // Called with the gate held, as are those that follow.
    private void Switch(DeploymentState state, ServeSettings how)
    {
        // The stable version comes last, so that its figures stand first.
        var previous = state.Previous is null ? null : Serve(state, state.Previous, Roles.Previous, how);
        var candidate = state.Candidate is null ? null : Serve(state, state.Candidate.Version, Roles.Candidate, how);
        var stable = Serve(state, state.Stable, Roles.Stable, how);
        var served = new ServedDeployment(state, stable, candidate, previous, how);
        figures.SetRoles(state.Name, served.Versions.ToDictionary(v => v.Reference, v => v.Role));

        // First the new snapshot, then the retirement: a request that finds its version gone reads again and is sure to see the new one.
        var before = _snapshot.Find(state.Name);
        _snapshot = _snapshot.With(served);
        RetireFolders(before, served);
    }

    private ServedVersion Serve(DeploymentState state, DeployedVersion version, string role, ServeSettings how) =>
        _loaded.TryGetValue(ModelKey.Of(version, how), out var loaded)
            ? Serve(state.Name, role, version.Reference, loaded with { Runner = RunnerOf(state.Name, loaded, how) }, how)
            : throw new InvalidOperationException($"{version.Reference} must be prepared before {state.Name} is switched to it.");

    /// <summary>A version as it answers in a deployment, with its figures and, where it is wanted, a cache.</summary>
    public ServedVersion Serve(string deployment, string role, VersionReference reference, LoadedVersion loaded, ServeSettings how)
    {
        // A change of weight keeps what the version has answered. Another role or another load of it begins anew: what is kept is never older than the model in memory.
        var former = _snapshot.Find(deployment)?.Versions.FirstOrDefault(v => v.Role == role && v.Loaded.Model == loaded.Model);
        return new ServedVersion(deployment, role, reference, loaded, figures.GetRecorder(deployment, reference)) { Cache = ResponseCache.Create(how, time, former?.Cache) };
    }

    // A deployment keeps a version's runner for as long as it names the version: calls may be waiting there. Another deployment of the same version has a queue of its own.
    private ModelRunner RunnerOf(string deployment, LoadedVersion loaded, ServeSettings how)
    {
        if (_snapshot.Find(deployment)?.Versions.FirstOrDefault(v => v.Loaded.Model == loaded.Model)?.Loaded.Runner is { } runner)
        {
            runner.Apply(how);
            return runner;
        }

        return loaded.Runner.With(how);
    }

    private bool IsLoaded(Prepared next) => next.Models.All(_loaded.ContainsKey);

    private async Task LoadAsync(Prepared next, CancellationToken cancellationToken)
    {
        await _loading.WaitAsync(cancellationToken);
        try
        {
            foreach (var model in next.Models)
            {
                await LoadAsync(model, cancellationToken);
            }
        }
        finally
        {
            _loading.Release();
        }
    }

    private async Task LoadAsync(ModelKey key, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_loaded.ContainsKey(key))
            {
                return;
            }
        }

        var version = key.Version;
        var began = time.GetTimestamp();
        try
        {
            var known = await registry.FindAsync(version.Reference, cancellationToken);
            var folder = await artifacts.GetFolderAsync(version.ArtifactDigest, cancellationToken);
            var loaded = await TakeAsync(version.Reference, ModelLoader.Load(folder, key.Options), folder, known?.Number, ServeSettings.Default);
            lock (_gate)
            {
                _loaded.Add(key, loaded);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            figures.Loads.Failed(version.Reference.Model);
            await RefuseDamagedAsync(version.Reference, e, cancellationToken);
            throw;
        }

        figures.Loads.Loaded(version.Reference.Model, time.GetElapsedTime(began));
    }

    // A file that was changed on disk may fail in many ways; whoever is paged for it hears that it was changed, not what became of it in a parser.
    private async Task RefuseDamagedAsync(VersionReference version, Exception cause, CancellationToken cancellationToken)
    {
        if (await registry.FindAsync(version, cancellationToken) is not null
            && await integrity.VerifyAsync(version, Actor.Policy, cancellationToken) is { IsIntact: false } condition)
        {
            throw new SlipwayException(ErrorKind.Failed, condition.Sentence(), cause);
        }
    }

    /// <summary>Makes a model that was just read from <paramref name="folder"/> ready to answer.</summary>
    public async Task<LoadedVersion> TakeAsync(VersionReference reference, IModel model, string folder, int? number, ServeSettings how)
    {
        await _warmUp.RunAsync(reference, model, folder);
        if (model.LoadInfo.Note is { } note)
        {
            LogNote(log, reference, note);
        }

        var whyNot = BatchProbe.WhyNot(model);
        if (whyNot is not null)
        {
            LogNotBatched(log, reference, whyNot);
        }

        var runner = new ModelRunner(batches: whyNot is null, model.LoadInfo.Instances, how, time);
        return new LoadedVersion(new LoadedModel(model), runner, model.Signature, model.Format, number);
    }

    // A folder's versions belong to the deployment that names them; those of releases are shared and go by RetireUnnamed.
    private static void RetireFolders(ServedDeployment? before, ServedDeployment? after)
    {
        if (before is not { IsFolders: true })
        {
            return;
        }

        foreach (var version in before.Versions)
        {
            if (after is null || !after.Versions.Any(v => ReferenceEquals(v.Loaded.Model, version.Loaded.Model)))
            {
                version.Loaded.Model.Retire();
            }
        }
    }

    private void RetireUnnamed()
    {
        foreach (var (key, loaded) in _loaded)
        {
            if (!_snapshot.Deployments.Any(d => d.Models.Contains(key))
                && !_prepared.Values.Concat(_changing).Any(p => p.Models.Contains(key)))
            {
                _loaded.Remove(key);
                loaded.Model.Retire();
                figures.Loads.Evicted(key.Version.Reference.Model);
                LogRetired(log, key.Version.Reference);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Deployment} answers with {Version} (revision {Revision})")]
    private static partial void LogActivated(ILogger log, string deployment, VersionReference version, long revision);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Deployment} tries {Version} with the weight {Weight} (rollout {Rollout})")]
    private static partial void LogTrying(ILogger log, string deployment, VersionReference version, double weight, string rollout);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Version}: {Note}")]
    private static partial void LogNote(ILogger log, VersionReference version, string note);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Version} runs each request by itself, because {Reason}")]
    private static partial void LogNotBatched(ILogger log, VersionReference version, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Version} is no longer deployed; its model goes when its last request has left")]
    private static partial void LogRetired(ILogger log, VersionReference version);
}
