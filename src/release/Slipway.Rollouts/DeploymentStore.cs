using System.Text.Json;
using Dapper;
using Slipway.Core;
using Slipway.Core.Names;
using Slipway.Storage;

namespace Slipway.Rollouts;

/// <summary>Reads and writes the <c>deployments</c> table. Holds no rules: those are in <see cref="DeploymentState"/>.</summary>
internal sealed class DeploymentStore(Database database)
{
    private const string Select = """
        select name, stable, stable_digest as StableDigest, previous, previous_digest as PreviousDigest,
               candidate, candidate_digest as CandidateDigest, candidate_weight as CandidateWeight, candidate_rollout as CandidateRollout,
               stable_override as StableOverride, previous_override as PreviousOverride, revision, changed_at as ChangedAt, changed_by as ChangedBy
        from deployments
        """;

    /// <summary>
    /// Saves <paramref name="after"/> in <paramref name="transaction"/>, only if the stored revision is still that of <paramref name="before"/> (no row, where it is null).
    /// </summary>
    public static async Task<bool> TrySaveAsync(WriteTransaction transaction, DeploymentState? before, DeploymentState after)
    {
        const string Insert = """
            insert into deployments (
                name, stable, stable_digest, previous, previous_digest, candidate, candidate_digest, candidate_weight, candidate_rollout,
                stable_override, previous_override, revision, changed_at, changed_by)
            values (
                @Name, @Stable, @StableDigest, @Previous, @PreviousDigest, @Candidate, @CandidateDigest, @CandidateWeight, @CandidateRollout,
                @StableOverride, @PreviousOverride, @Revision, @ChangedAt, @ChangedBy)
            on conflict do nothing
            """;

        const string Update = """
            update deployments
            set stable = @Stable, stable_digest = @StableDigest, previous = @Previous, previous_digest = @PreviousDigest,
                candidate = @Candidate, candidate_digest = @CandidateDigest, candidate_weight = @CandidateWeight, candidate_rollout = @CandidateRollout,
                stable_override = @StableOverride, previous_override = @PreviousOverride, revision = @Revision, changed_at = @ChangedAt, changed_by = @ChangedBy
            where name = @Name and revision = @Before
            """;

        var parameters = new
        {
            after.Name,
            Stable = after.Stable.Reference.ToString(),
            StableDigest = after.Stable.ArtifactDigest,
            Previous = after.Previous?.Reference.ToString(),
            PreviousDigest = after.Previous?.ArtifactDigest,
            Candidate = after.Candidate?.Version.Reference.ToString(),
            CandidateDigest = after.Candidate?.Version.ArtifactDigest,
            CandidateWeight = after.Candidate?.Weight,
            CandidateRollout = after.Candidate?.Rollout,
            StableOverride = Text(after.Override),
            PreviousOverride = Text(after.PreviousOverride),
            after.Revision,
            ChangedAt = StoredTime.Format(after.ChangedAt),
            after.ChangedBy,
            Before = before?.Revision ?? 0,
        };

        return await transaction.ExecuteAsync(before is null ? Insert : Update, parameters) > 0;
    }

    /// <summary>The deployment, or null.</summary>
    public Task<DeploymentState?> FindAsync(string name, CancellationToken cancellationToken) => database.ReadAsync(
        async connection =>
        {
            var command = new CommandDefinition($"{Select} where name = @name", new { name }, cancellationToken: cancellationToken);
            return (await connection.QuerySingleOrDefaultAsync<Row>(command))?.ToState();
        },
        cancellationToken);

    /// <summary>All deployments, by name.</summary>
    public Task<IReadOnlyList<DeploymentState>> ListAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<DeploymentState>>(
        async connection =>
        {
            var rows = await connection.QueryAsync<Row>(new CommandDefinition($"{Select} order by name", cancellationToken: cancellationToken));
            return [.. rows.Select(row => row.ToState())];
        },
        cancellationToken);

    private static string? Text(OverrideState? state) => state is null ? null : JsonSerializer.Serialize(state, SlipwayJson.Options);

    private static OverrideState? Override(string? text) => text is null ? null : JsonSerializer.Deserialize<OverrideState>(text, SlipwayJson.Options);

    private sealed class Row
    {
        public required string Name { get; init; }
        public required string Stable { get; init; }
        public required string StableDigest { get; init; }
        public string? Previous { get; init; }
        public string? PreviousDigest { get; init; }
        public string? Candidate { get; init; }
        public string? CandidateDigest { get; init; }
        public double? CandidateWeight { get; init; }
        public string? CandidateRollout { get; init; }
        public string? StableOverride { get; init; }
        public string? PreviousOverride { get; init; }
        public required long Revision { get; init; }
        public required string ChangedAt { get; init; }
        public required string ChangedBy { get; init; }

        public DeploymentState ToState() => new(
            Name,
            new DeployedVersion(VersionReference.Parse(Stable), StableDigest),
            Previous is null ? null : new DeployedVersion(VersionReference.Parse(Previous), PreviousDigest!),
            Revision,
            StoredTime.Parse(ChangedAt),
            ChangedBy)
        {
            Override = Override(StableOverride),
            PreviousOverride = Override(PreviousOverride),
            Candidate = Candidate is null
                ? null
                : new CandidateState(new DeployedVersion(VersionReference.Parse(Candidate), CandidateDigest!), CandidateWeight!.Value, CandidateRollout!),
        };
    }
}
