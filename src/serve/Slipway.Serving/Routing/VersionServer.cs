using Microsoft.Extensions.Logging;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Inference;
using Slipway.Registry;
using Slipway.Rollouts;
using Slipway.Serving.Caching;
using Slipway.Serving.Engine;
using Slipway.Serving.Figures;
using Slipway.Serving.Warming;
using Slipway.Storage.Blobs;

namespace Slipway.Serving.Routing;

/// <summary>Keeps in memory what Rollouts says is deployed, and holds the snapshot that every request reads.</summary>
internal sealed partial class VersionServer(
    IArtifactStore artifacts, IModelRegistry registry, ServingFigures figures, ServingOptions options, TimeProvider time, ILogger<VersionServer> log) : IVersionServer, IDisposable
{
    // One load at a time: loading takes memory and a core, and whoever waits here is a deployment, never a request.
    private readonly SemaphoreSlim _loading = new(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<DeployedVersion, LoadedVersion> _loaded = [];

    // States that are prepared but not yet active. Without them, a switch of another deployment would retire what was just loaded.
    private readonly Dictionary<string, DeploymentState> _prepared = [];

    private readonly WarmUp _warmUp = new(time, options, log);

    private volatile RoutingSnapshot _snapshot = RoutingSnapshot.Empty;

    /// <summary>What answers now.</summary>
    public RoutingSnapshot Snapshot => _snapshot;

    /// <summary>What answers for a deployment, or for one of its loaded versions.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.NotFound"/> when there is none.</exception>
    public (ServedDeployment Deployment, ServedVersion Version) Get(string deployment, string? version)
    {
        var found = _snapshot.Find(deployment)
            ?? throw new SlipwayException(ErrorKind.NotFound, $"Request for unknown model: '{deployment}' is not found. `slipway status` lists what is deployed.");
        return found.Find(version) is { } served
            ? (found, served)
            : throw new SlipwayException(
                ErrorKind.NotFound,
                $"Request for unknown model: '{deployment}' version '{version}' is not found. The versions that answer are {string.Join(", ", found.Versions.Select(v => v.Semantic))}.");
    }

    public async Task PrepareAsync(DeploymentState desired, CancellationToken cancellationToken)
    {
        DeploymentState? former;
        lock (_gate)
        {
            _prepared.Remove(desired.Name, out former);
            _prepared[desired.Name] = desired;
            if (IsLoaded(desired.Stable) && IsLoaded(desired.Candidate?.Version) && IsLoaded(desired.Previous))
            {
                // A rollback, or another weight: it must not wait until somebody else's model is loaded.
                return;
            }
        }

        try
        {
            await LoadAsync(desired, cancellationToken);
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
            // The stable version comes last, so that its figures stand first.
            var previous = state.Previous is null ? null : Serve(state, state.Previous, Roles.Previous);
            var candidate = state.Candidate is null ? null : Serve(state, state.Candidate.Version, Roles.Candidate);
            var stable = Serve(state, state.Stable, Roles.Stable);
            var served = new ServedDeployment(state, stable, candidate, previous);
            figures.SetRoles(state.Name, served.Versions.ToDictionary(v => v.Reference, v => v.Role));

            // First the new snapshot, then the retirement: a request that finds its version gone reads again and is sure to see the new one.
            _snapshot = _snapshot.With(served);
            _prepared.Remove(state.Name);
            RetireUnnamed();
        }

        LogActivated(log, state.Name, state.Stable.Reference, state.Revision);
        if (state.Candidate is { } trying)
        {
            LogTrying(log, state.Name, trying.Version.Reference, trying.Weight, trying.Rollout);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _snapshot = RoutingSnapshot.Empty;
            _prepared.Clear();
            foreach (var loaded in _loaded.Values)
            {
                loaded.Model.Retire();
            }

            _loaded.Clear();
        }

        _loading.Dispose();
    }

    private ServedVersion Serve(DeploymentState state, DeployedVersion version, string role) => _loaded.TryGetValue(version, out var loaded)
        ? new ServedVersion(state.Name, role, version.Reference, loaded, figures.GetRecorder(state.Name, version.Reference)) { Cache = CacheOf(state.Name, role, loaded) }
        : throw new InvalidOperationException($"{version.Reference} must be prepared before {state.Name} is switched to it.");

    // A change of weight keeps what the version has answered. Another role or another load of it begins anew: what is kept is never older than the model in memory.
    private ResponseCache? CacheOf(string deployment, string role, LoadedVersion loaded)
    {
        var former = _snapshot.Find(deployment)?.Versions.FirstOrDefault(v => v.Role == role && ReferenceEquals(v.Loaded, loaded));
        return ResponseCache.Create(options.Serve, time, former?.Cache);
    }

    // Called with the gate held.
    private bool IsLoaded(DeployedVersion? version) => version is null || _loaded.ContainsKey(version);

    private async Task LoadAsync(DeploymentState desired, CancellationToken cancellationToken)
    {
        await _loading.WaitAsync(cancellationToken);
        try
        {
            await LoadAsync(desired.Stable, cancellationToken);
            if (desired.Candidate is not null)
            {
                await LoadAsync(desired.Candidate.Version, cancellationToken);
            }

            if (desired.Previous is not null)
            {
                await LoadAsync(desired.Previous, cancellationToken);
            }
        }
        finally
        {
            _loading.Release();
        }
    }

    private async Task LoadAsync(DeployedVersion version, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (IsLoaded(version))
            {
                return;
            }
        }

        var began = time.GetTimestamp();
        var (known, model) = await ReadAsync(version, cancellationToken);
        figures.Loads.Loaded(version.Reference.Model, time.GetElapsedTime(began));

        lock (_gate)
        {
            _loaded.Add(version, new LoadedVersion(new LoadedModel(model), new ModelRunner(time), model.Signature, model.Format, known?.Number));
        }
    }

    private async Task<(ModelVersion? Known, IModel Model)> ReadAsync(DeployedVersion version, CancellationToken cancellationToken)
    {
        try
        {
            var known = await registry.FindAsync(version.Reference, cancellationToken);
            var folder = await artifacts.GetFolderAsync(version.ArtifactDigest, cancellationToken);
            var model = ModelLoader.Load(folder, new ModelLoadOptions());
            await _warmUp.RunAsync(version.Reference, model, folder);
            return (known, model);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            figures.Loads.Failed(version.Reference.Model);
            throw;
        }
    }

    private void RetireUnnamed()
    {
        foreach (var (version, loaded) in _loaded)
        {
            if (!_snapshot.Names(version) && !_prepared.Values.Any(p => RoutingSnapshot.Names(p, version)))
            {
                _loaded.Remove(version);
                loaded.Model.Retire();
                figures.Loads.Evicted(version.Reference.Model);
                LogRetired(log, version.Reference);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Deployment} answers with {Version} (revision {Revision})")]
    private static partial void LogActivated(ILogger log, string deployment, VersionReference version, long revision);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Deployment} tries {Version} with the weight {Weight} (rollout {Rollout})")]
    private static partial void LogTrying(ILogger log, string deployment, VersionReference version, double weight, string rollout);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Version} is no longer deployed; its model goes when its last request has left")]
    private static partial void LogRetired(ILogger log, VersionReference version);
}
