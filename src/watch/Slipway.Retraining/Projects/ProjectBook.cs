using Slipway.Core;

namespace Slipway.Retraining.Projects;

/// <inheritdoc cref="IProjects"/>
internal sealed class ProjectBook(ProjectStore store, TimeProvider time) : IProjects
{
    public Task<Project> SaveAsync(string model, string yaml, string folder, Actor actor, CancellationToken cancellationToken) =>
        store.SaveAsync(new Project(model, yaml, folder, time.GetUtcNow(), actor.Name), actor, cancellationToken);

    public Task<Project?> FindAsync(string model, CancellationToken cancellationToken) => store.FindAsync(model, cancellationToken);

    public Task<IReadOnlyList<Project>> ListAsync(CancellationToken cancellationToken) => store.ListAsync(cancellationToken);
}
