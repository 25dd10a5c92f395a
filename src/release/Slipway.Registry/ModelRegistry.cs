using System.Text.Json;
using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Storage;
using Slipway.Storage.Blobs;
using Slipway.Storage.Events;

namespace Slipway.Registry;

/// <inheritdoc/>
internal sealed class ModelRegistry(ModelVersionStore versions, IArtifactStore artifacts, TimeProvider time) : IModelRegistry
{
    // A model that retrains every night has hundreds of versions; an error names the newest.
    private const int MaxNamed = 10;

    public async Task<RegisterResult> RegisterAsync(NewModelVersion version, Actor actor, CancellationToken cancellationToken)
    {
        Check(version);

        // A version whose artifact is not there could be approved but never loaded, so a wrong digest is refused here; one that is there stays until the row names it.
        await artifacts.KeepAsync(version.ArtifactDigest, cancellationToken);
        var identity = VersionIdentity.Of(version);

        // Ends: a round is lost only when another caller's registration has won it.
        while (true)
        {
            if (await versions.FindAsync(version.Model, identity, cancellationToken) is { } known)
            {
                return new RegisterResult(known, Created: false);
            }

            var last = await versions.LastNumberAsync(version.Model, cancellationToken);
            var next = Next(await versions.FindNewestAsync(version.Model, cancellationToken), last + 1, version, actor);
            var registered = new VersionRegistered(next.Reference, next.Number, next.ArtifactDigest, next.VersionReason, next.Metrics, next.Lineage, actor);
            if (await versions.TryAddAsync(next, identity, registered, cancellationToken))
            {
                return new RegisterResult(next, Created: true);
            }
        }
    }

    public Task<ModelVersion> ValidateAsync(VersionReference version, string evidence, Actor actor, CancellationToken cancellationToken)
    {
        var json = ParseEvidence(version, evidence);
        return DecideAsync(version, before => before.Validate(), _ => new VersionValidated(version, json, actor), cancellationToken);
    }

    public Task<ModelVersion?> FindAsync(VersionReference version, CancellationToken cancellationToken) => versions.FindAsync(version, cancellationToken);

    public async Task<ModelVersion> GetAsync(VersionReference version, CancellationToken cancellationToken) =>
        await versions.FindAsync(version, cancellationToken) ?? throw NotFound(version, await versions.ListAsync(version.Model, MaxNamed + 1, null, cancellationToken));

    public Task<VersionState?> FindStateAsync(WriteTransaction transaction, VersionReference version) => ModelVersionStore.FindStateAsync(transaction, version);

    public Task<IReadOnlyList<ModelVersion>> ListAsync(string model, int limit, int? before, CancellationToken cancellationToken) =>
        versions.ListAsync(model, limit, before, cancellationToken);

    public Task<IReadOnlyList<ModelSummary>> ListModelsAsync(ModelQuery query, CancellationToken cancellationToken) => versions.ListModelsAsync(query, cancellationToken);

    public Task<int> CountModelsAsync(ModelQuery query, CancellationToken cancellationToken) => versions.CountModelsAsync(query, cancellationToken);

    private async Task<ModelVersion> DecideAsync(
        VersionReference version, Func<ModelVersion, ModelVersion> decide, Func<ModelVersion, IEvent> announce, CancellationToken cancellationToken)
    {
        // When somebody else decided in between, the rules judge again by what they made of it.
        while (true)
        {
            var before = await GetAsync(version, cancellationToken);
            var after = decide(before);
            if (after.State == before.State || await versions.TryUpdateAsync(before, after, announce(before), cancellationToken))
            {
                return after;
            }
        }
    }

    private ModelVersion Next(ModelVersion? newest, long number, NewModelVersion version, Actor actor)
    {
        var proposal = VersionProposal.For(newest, version).Raise(version.AtLeast, actor);
        return new ModelVersion
        {
            Model = version.Model,
            Version = proposal.Version,
            Number = checked((int)number),
            ArtifactDigest = version.ArtifactDigest,
            Format = version.Format,
            Signature = version.Signature,
            Metrics = version.Metrics,
            Lineage = version.Lineage,
            VersionReason = proposal.Reason,
            CreatedAt = time.GetUtcNow(),
            CreatedBy = actor.Name,
        };
    }

    private static void Check(NewModelVersion version)
    {
        ResourceName.Check(version.Model, "model");
        foreach (var (name, value) in version.Metrics)
        {
            // JSON has no word for them, and no gate could be judged by them.
            if (!double.IsFinite(value))
            {
                throw new SlipwayException(ErrorKind.InvalidInput, $"The metric '{name}' of {version.Model} is {value}, which is not a number. Leave the metric out or mend it.");
            }
        }
    }

    private static JsonElement ParseEvidence(VersionReference version, string evidence)
    {
        try
        {
            using var document = JsonDocument.Parse(evidence);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"The evidence for {version} is not JSON: {e.Message}", e);
        }
    }

    private static SlipwayException NotFound(VersionReference version, IReadOnlyList<ModelVersion> known)
    {
        if (known.Count == 0)
        {
            return new SlipwayException(ErrorKind.NotFound, $"There is no model '{version.Model}'. `slipway apply` in its project's folder registers its first version.");
        }

        var named = string.Join(", ", known.Take(MaxNamed).Select(v => v.Version));
        var older = known.Count > MaxNamed ? " and older ones" : "";
        return new SlipwayException(ErrorKind.NotFound, $"{version.Model} has no version {version.Version}. It has {named}{older}.");
    }
}
