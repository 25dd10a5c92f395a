using Slipway.Core;

namespace Slipway.Retraining.Projects;

/// <summary>The projects that were applied: the newest <c>slipway.yaml</c> of each model.</summary>
public interface IProjects
{
    /// <summary>Keeps a project's file. The same text from the same folder again changes nothing.</summary>
    Task<Project> SaveAsync(string model, string yaml, string folder, Actor actor, CancellationToken cancellationToken);

    /// <summary>A project, or null.</summary>
    Task<Project?> FindAsync(string model, CancellationToken cancellationToken);

    /// <summary>All projects, by model.</summary>
    Task<IReadOnlyList<Project>> ListAsync(CancellationToken cancellationToken);
}

/// <summary>What one <c>slipway.yaml</c> describes.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Yaml">The file's text as it was applied.</param>
/// <param name="Folder">The folder it came from.</param>
/// <param name="AppliedAt">When this text was first applied (UTC).</param>
/// <param name="AppliedBy">By whom.</param>
public sealed record Project(string Model, string Yaml, string Folder, DateTimeOffset AppliedAt, string AppliedBy);
