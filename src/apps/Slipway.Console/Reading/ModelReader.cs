using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Core.Projects;
using Slipway.Registry;
using Slipway.Registry.Cards;
using Slipway.Retraining.Projects;
using Slipway.Rollouts;
using Slipway.Storage.Blobs;
using Slipway.Storage.Events;

namespace Slipway.Console.Reading;

/// <summary>Reads what the pages of models and versions show.</summary>
internal sealed class ModelReader(IModelRegistry registry, IModelCards cards, IArtifactStore artifacts, IDeployments deployments, IProjects projects, IEventLog events)
{
    private const int PageSize = 50;
    private const int HistoryLimit = 100;
    private const int OtherLimit = 10;
    private const int MostVersions = 1000;

    /// <summary>A page of the models whose names or descriptions have a part.</summary>
    public async Task<ModelsView> ListAsync(string search, int page, CancellationToken cancellationToken)
    {
        var query = new ModelQuery(PageSize, search);
        var count = await registry.CountModelsAsync(query, cancellationToken);
        var pages = Math.Max(1, (count + PageSize - 1) / PageSize);
        page = Math.Clamp(page, 1, pages);
        var places = (await deployments.ListAsync(cancellationToken)).SelectMany(VersionPlace.Of).ToLookup(place => place.Version.Model);
        var lines = new List<ModelLine>();
        foreach (var (_, versions, newest) in await registry.ListModelsAsync(query with { Skip = (page - 1) * PageSize }, cancellationToken))
        {
            var last = await events.ReadSubjectAsync($"model/{newest.Reference}", 1, cancellationToken);
            lines.Add(new ModelLine(newest, versions, await OwnerAsync(newest.Model, cancellationToken), [.. places[newest.Model]], last.Count > 0 ? History.Tell(last[0]) : null));
        }

        return new ModelsView(search, page, pages, count, lines);
    }

    /// <summary>A version with everything about it, or null.</summary>
    public async Task<VersionPageView?> FindAsync(string model, string version, CancellationToken cancellationToken)
    {
        if (!ResourceName.IsValid(model) || !SemanticVersion.TryParse(version, null, out var semantic) || await registry.FindAsync(new VersionReference(model, semantic), cancellationToken) is not { } found)
        {
            return null;
        }

        return new VersionPageView
        {
            Version = found,
            Card = await cards.GetAsync(found.Reference, cancellationToken),
            Artifact = await FilesAsync(found, cancellationToken),
            History = [.. (await events.ReadSubjectAsync($"model/{found.Reference}", HistoryLimit, cancellationToken)).Select(History.Tell)],
            Runs = [.. (await deployments.ListAsync(cancellationToken)).SelectMany(VersionPlace.Of).Where(place => place.Version == found.Reference)],
            Others = [.. (await ListVersionsAsync(model, cancellationToken)).Where(other => other != found.Version).Take(OtherLimit)],
        };
    }

    /// <summary>The newest versions of a model, the newest first; empty where there is no such model.</summary>
    public async Task<IReadOnlyList<SemanticVersion>> ListVersionsAsync(string model, CancellationToken cancellationToken) =>
        ResourceName.IsValid(model) ? [.. (await registry.ListAsync(model, MostVersions, null, cancellationToken)).Select(version => version.Version)] : [];

    private async Task<string?> OwnerAsync(string model, CancellationToken cancellationToken)
    {
        if (await projects.FindAsync(model, cancellationToken) is not { } project)
        {
            return null;
        }

        try
        {
            return ProjectFile.Parse(project.Yaml, ProjectFile.DefaultName).Owner;
        }
        catch (SlipwayException)
        {
            // Another version of the program took the file.
            return null;
        }
    }

    private async Task<Artifact?> FilesAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        try
        {
            return await artifacts.GetAsync(version.ArtifactDigest, cancellationToken);
        }
        catch (SlipwayException e) when (e.Kind == ErrorKind.NotFound)
        {
            return null;
        }
    }
}
