namespace Slipway.Serving.Routing;

/// <summary>
/// Everything that a request needs to know, read once. Immutable: a change builds a new snapshot and swaps it, so a request sees the state before or after a change,
/// never a mixture.
/// </summary>
internal sealed class RoutingSnapshot
{
    private readonly Dictionary<string, ServedDeployment> _deployments;
    private readonly Dictionary<string, ServedDeployment>.AlternateLookup<ReadOnlySpan<char>> _byName;

    private RoutingSnapshot(Dictionary<string, ServedDeployment> deployments)
    {
        _deployments = deployments;
        _byName = deployments.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public static RoutingSnapshot Empty { get; } = new(new Dictionary<string, ServedDeployment>(StringComparer.Ordinal));

    public IReadOnlyCollection<ServedDeployment> Deployments => _deployments.Values;

    public ServedDeployment? Find(ReadOnlySpan<char> name) => _byName.TryGetValue(name, out var deployment) ? deployment : null;

    public RoutingSnapshot With(ServedDeployment deployment) =>
        new(new Dictionary<string, ServedDeployment>(_deployments, StringComparer.Ordinal) { [deployment.Name] = deployment });

    /// <summary>The snapshot without a deployment.</summary>
    public RoutingSnapshot Without(string name)
    {
        var others = new Dictionary<string, ServedDeployment>(_deployments, StringComparer.Ordinal);
        others.Remove(name);
        return new RoutingSnapshot(others);
    }
}
