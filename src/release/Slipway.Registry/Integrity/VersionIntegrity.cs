using System.Text.Json;
using Microsoft.Extensions.Logging;
using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Storage;
using Slipway.Storage.Blobs;
using Slipway.Storage.Events;

namespace Slipway.Registry.Integrity;

/// <inheritdoc/>
internal sealed partial class VersionIntegrity(IModelRegistry registry, IArtifactStore artifacts, IEventLog events, Database database, ILogger<VersionIntegrity> logger) : IVersionIntegrity
{
    // How far back the last finding is looked for; what is older than so many decisions is found, and said, once more.
    private const int MaxEvents = 200;

    public async Task<VersionCondition> VerifyAsync(VersionReference version, Actor actor, CancellationToken cancellationToken)
    {
        var known = await registry.GetAsync(version, cancellationToken);
        if (known.State == VersionState.Deleted)
        {
            throw new SlipwayException(ErrorKind.Conflict, $"{version} is deleted, so there is nothing to verify.");
        }

        var damages = await artifacts.VerifyAsync(known.ArtifactDigest, cancellationToken);
        var condition = new VersionCondition(version, known.ArtifactDigest, [.. damages.Select(damage => damage.ToString())]);
        var before = await LastDamagesAsync(version, cancellationToken);
        if (!condition.Damages.SequenceEqual(before))
        {
            await AppendAsync(condition, actor, cancellationToken);
        }

        return condition;
    }

    private async Task AppendAsync(VersionCondition condition, Actor actor, CancellationToken cancellationToken)
    {
        IEvent found = condition.IsIntact
            ? new ArtifactMended(condition.Version, condition.ArtifactDigest, actor)
            : new ArtifactDamaged(condition.Version, condition.ArtifactDigest, condition.Damages, condition.Sentence(), actor);
        await database.WriteAsync(
            async transaction =>
            {
                await transaction.AppendAsync(found);
                return 0;
            },
            cancellationToken);
        if (!condition.IsIntact)
        {
            LogDamaged(logger, condition.Sentence());
        }
    }

    private async Task<IReadOnlyList<string>> LastDamagesAsync(VersionReference version, CancellationToken cancellationToken)
    {
        var history = await events.ReadSubjectAsync(VersionSubject.Of(version), MaxEvents, cancellationToken);
        return history.LastOrDefault(happened => happened.Type is nameof(ArtifactDamaged) or nameof(ArtifactMended)) is { Type: nameof(ArtifactDamaged) } last
            ? JsonSerializer.Deserialize<ArtifactDamaged>(last.Data, SlipwayJson.Options)!.Damages
            : [];
    }

    [LoggerMessage(LogLevel.Error, "{Sentence}")]
    private static partial void LogDamaged(ILogger logger, string sentence);
}
