using System.Collections.Frozen;
using System.Text.Json.Serialization;

namespace Slipway.Access.Scopes;

/// <summary>What a key is limited to: projects, by their model's name, with what is deployed of them; and deployments. Both empty is everything.</summary>
public sealed class Scope
{
    private readonly FrozenSet<string> _projects;
    private readonly FrozenSet<string> _deployments;

    /// <summary>A scope of these projects and these deployments.</summary>
    public Scope(IReadOnlyCollection<string> projects, IReadOnlyCollection<string> deployments) =>
        (_projects, _deployments) = (projects.ToFrozenSet(StringComparer.Ordinal), deployments.ToFrozenSet(StringComparer.Ordinal));

    /// <summary>No limit.</summary>
    public static Scope Everything { get; } = new([], []);

    /// <summary>Projects, by their model's name.</summary>
    public IReadOnlyCollection<string> Projects => _projects.Items;

    /// <summary>Deployments.</summary>
    public IReadOnlyCollection<string> Deployments => _deployments.Items;

    /// <summary>True when it limits nothing.</summary>
    [JsonIgnore]
    public bool IsEverything => _projects.Count == 0 && _deployments.Count == 0;

    /// <summary>True when all that <paramref name="target"/> names lies inside.</summary>
    /// <param name="target">What a request is about. One that names nothing lies outside.</param>
    /// <param name="models">Says whose a deployment is.</param>
    public bool Contains(ScopeTarget target, IDeploymentModels? models)
    {
        if (IsEverything)
        {
            return true;
        }

        var (project, deployment) = target;
        return (project, deployment) switch
        {
            (null, null) => false,
            (not null, null) => _projects.Contains(project),
            (null, not null) => _deployments.Contains(deployment) || IsOurs(models?.Find(deployment)),

            // A version of a project for a deployment. One that answers with nothing yet is the project's when its first version is.
            _ => (_projects.Count == 0 || _projects.Contains(project)) && (_deployments.Contains(deployment) || (_projects.Contains(project) && (models?.Find(deployment) is not { } model || IsOurs(model)))),
        };
    }

    /// <inheritdoc/>
    public override string ToString() => IsEverything
        ? "everything"
        : string.Join(" and ", new[] { Words("project", _projects), Words("deployment", _deployments) }.OfType<string>());

    private static string? Words(string what, FrozenSet<string> names) =>
        names.Count == 0 ? null : $"{(names.Count == 1 ? what : $"{what}s")} {string.Join(", ", names.Order(StringComparer.Ordinal))}";

    private bool IsOurs(string? model) => model is not null && _projects.Contains(model);
}

/// <summary>What a request is about, as far as scopes go. Of both, a version of the project goes to the deployment.</summary>
/// <param name="Project">A project, by its model's name.</param>
/// <param name="Deployment">A deployment.</param>
public readonly record struct ScopeTarget(string? Project, string? Deployment)
{
    /// <summary>A project.</summary>
    public static ScopeTarget OfProject(string? model) => new(model, null);

    /// <summary>A deployment.</summary>
    public static ScopeTarget OfDeployment(string? name) => new(null, name);
}

/// <summary>Says which project a deployment belongs to. Serving implements it from what is in memory: requests for predictions ask it.</summary>
public interface IDeploymentModels
{
    /// <summary>The model that a deployment answers with; null where it answers with nothing, or with what lies in a folder.</summary>
    string? Find(string deployment);
}
