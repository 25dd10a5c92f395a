using Slipway.Core;

namespace Slipway.Retraining.Projects;

/// <inheritdoc cref="IProjects"/>
internal sealed class ProjectBook(ProjectStore store, TimeProvider time) : IProjects
{
    private long _revision;

    /// <summary>Grows whenever a project may have changed.</summary>
    public long Revision => Interlocked.Read(ref _revision);

    public async Task<Project> SaveAsync(string model, string yaml, string folder, Actor actor, CancellationToken cancellationToken)
    {
        try
        {
            return await store.SaveAsync(new Project(model, yaml, folder, time.GetUtcNow(), actor.Name), actor, cancellationToken);
        }
        finally
        {
            Interlocked.Increment(ref _revision);
        }
    }

    public Task<Project?> FindAsync(string model, CancellationToken cancellationToken) => store.FindAsync(model, cancellationToken);

    public Task<IReadOnlyList<Project>> ListAsync(CancellationToken cancellationToken) => store.ListAsync(cancellationToken);
}
