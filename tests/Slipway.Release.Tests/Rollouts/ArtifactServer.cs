using System.Collections.Concurrent;
using System.Globalization;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Rollouts;
using Slipway.Storage.Blobs;

namespace Slipway.Release.Tests.Rollouts;

/// <summary>What a test can make happen in the server.</summary>
public interface IServerSetup
{
    /// <summary>Lets a version fail to load, as a damaged artifact would.</summary>
    void Refuse(VersionReference version);
}

/// <summary>
/// A small server: loads the number that an artifact holds, and answers with it. Like the real one it keeps only what is live or prepared, and lets go of everything else
/// whenever a deployment is switched or cannot be prepared.
/// </summary>
internal sealed class ArtifactServer(IArtifactStore artifacts) : IVersionServer, IServerSetup
{
    public const string FileName = "answer.txt";

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<VersionReference, bool> _refused = new();
    private readonly Dictionary<DeployedVersion, double> _loaded = [];
    private readonly Dictionary<string, DeploymentState> _prepared = [];
    private readonly Dictionary<string, DeploymentState> _active = [];
    private int _loads;

    public int Loads => Volatile.Read(ref _loads);

    /// <summary>Is called when a version begins to load.</summary>
    public Func<DeployedVersion, Task> OnLoad { get; set; } = _ => Task.CompletedTask;

    /// <summary>Is called before a switch; throwing here is what a kill at that moment looks like to the tables.</summary>
    public Action<DeploymentState> OnActivate { get; set; } = _ => { };

    public void Refuse(VersionReference version) => _refused[version] = true;

    /// <summary>What a caller of the deployment gets; null when nothing answers.</summary>
    public double? Answer(string deployment)
    {
        lock (_gate)
        {
            return _active.TryGetValue(deployment, out var state) ? _loaded[state.Stable] : null;
        }
    }

    public DeploymentState? Active(string deployment)
    {
        lock (_gate)
        {
            return _active.GetValueOrDefault(deployment);
        }
    }

    public async Task PrepareAsync(DeploymentState desired, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _prepared[desired.Name] = desired;
        }

        try
        {
            await LoadAsync(desired.Stable, cancellationToken);
            if (desired.Previous is not null)
            {
                await LoadAsync(desired.Previous, cancellationToken);
            }

            if (desired.Candidate is { } candidate)
            {
                await LoadAsync(candidate.Version, cancellationToken);
            }
        }
        catch
        {
            lock (_gate)
            {
                _prepared.Remove(desired.Name);
                LetGo();
            }

            throw;
        }
    }

    public void Activate(DeploymentState state)
    {
        OnActivate(state);
        lock (_gate)
        {
            if (!Names(state).All(_loaded.ContainsKey))
            {
                throw new InvalidOperationException($"{state} must be prepared before it is switched to.");
            }

            _active[state.Name] = state;
            _prepared.Remove(state.Name);
            LetGo();
        }
    }

    private async Task LoadAsync(DeployedVersion version, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_loaded.ContainsKey(version))
            {
                return;
            }
        }

        await OnLoad(version).WaitAsync(cancellationToken);
        var folder = await artifacts.GetFolderAsync(version.ArtifactDigest, cancellationToken);
        var text = await File.ReadAllTextAsync(Path.Combine(folder, FileName), cancellationToken);
        if (_refused.ContainsKey(version.Reference) || !double.TryParse(text, CultureInfo.InvariantCulture, out var answer))
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"'{text}' is not a number.");
        }

        Interlocked.Increment(ref _loads);
        lock (_gate)
        {
            _loaded[version] = answer;
        }
    }

    private static IEnumerable<DeployedVersion> Names(DeploymentState state) => new[] { state.Stable, state.Previous, state.Candidate?.Version }.OfType<DeployedVersion>();

    private void LetGo()
    {
        var named = _active.Values.Concat(_prepared.Values).ToList();
        foreach (var version in _loaded.Keys.Where(v => !named.Any(s => Names(s).Contains(v))).ToList())
        {
            _loaded.Remove(version);
        }
    }
}
