using System.Text.Json;
using Dapper;
using Slipway.Access;
using Slipway.Core;
using Slipway.Core.Names;
using Slipway.Core.Projects;
using Slipway.Storage;
using Slipway.Storage.Events;

namespace Slipway.Registry.Approvals;

/// <summary>Reads and writes <c>approval_policies</c>, <c>approval_decisions</c> and <c>approval_requests</c>. Holds no rules: those are in <see cref="ApprovalRules"/>.</summary>
internal sealed class ApprovalStore(Database database)
{
    /// <summary>The kept policy of a model, or null.</summary>
    public Task<ApprovalPolicy?> FindPolicyAsync(string model, CancellationToken cancellationToken) => database.ReadAsync(
        async connection => Policy(await connection.QuerySingleOrDefaultAsync<string?>(
            new CommandDefinition("select policy from approval_policies where model = @model", new { model }, cancellationToken: cancellationToken))),
        cancellationToken);

    /// <summary>Keeps a policy with its event, unless the kept one is no longer <paramref name="before"/>: then false.</summary>
    public Task<bool> TrySetPolicyAsync(string model, ApprovalPolicy? before, ApprovalPolicyChanged happened, DateTimeOffset at, CancellationToken cancellationToken)
    {
        const string Sql = """
            insert into approval_policies (model, policy, changed_at, changed_by) values (@model, @policy, @at, @actor)
            on conflict (model) do update set policy = excluded.policy, changed_at = excluded.changed_at, changed_by = excluded.changed_by
            """;

        return database.WriteAsync(
            async transaction =>
            {
                if (await KeptPolicyAsync(transaction, model) != (before is null ? null : PolicyComparison.Text(before)))
                {
                    return false;
                }

                await transaction.ExecuteAsync(Sql, new { model, policy = PolicyComparison.Text(happened.After), at = StoredTime.Format(at), actor = happened.Actor.Name });
                await transaction.AppendAsync(happened);
                return true;
            },
            cancellationToken);
    }

    /// <summary>What people did about a version, in the order of the events.</summary>
    public Task<IReadOnlyList<ApprovalDecision>> ListAsync(VersionReference version, CancellationToken cancellationToken)
    {
        const string Sql = """
            select position, step, actor, role, authenticated, at, comment from approval_decisions
            where model = @model and version = @version
            order by position
            """;

        return database.ReadAsync<IReadOnlyList<ApprovalDecision>>(
            async connection => [.. (await connection.QueryAsync<DecisionRow>(new CommandDefinition(Sql, Key(version), cancellationToken: cancellationToken))).Select(row => row.ToDecision())],
            cancellationToken);
    }

    /// <summary>
    /// Keeps a step with its event and the state that follows. False, and nothing is kept, when anything was decided since <paramref name="facts"/> were read: writers follow each other, so of
    /// two approvers at once the second judges again with the first one's approval before it.
    /// </summary>
    /// <param name="facts">What the step was decided from.</param>
    /// <param name="keptPolicy">The kept policy then, or null.</param>
    /// <param name="step">The step; its position is the event's.</param>
    /// <param name="after">The version's state afterwards.</param>
    /// <param name="isOpen">Whether the version waits for approval afterwards.</param>
    /// <param name="happened">The event.</param>
    /// <param name="cancellationToken">Ends the waiting, not the write.</param>
    public Task<bool> TryAddAsync(
        ApprovalFacts facts, ApprovalPolicy? keptPolicy, ApprovalDecision? step, VersionState after, bool isOpen, IEvent happened, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            var version = facts.Version.Reference;
            if (!await IsUnchangedAsync(transaction, facts, keptPolicy))
            {
                return false;
            }

            var position = await transaction.AppendAsync(happened);
            if (step is not null)
            {
                await AddAsync(transaction, version, step with { Position = position });
            }

            if (after != facts.Version.State)
            {
                await transaction.ExecuteAsync(
                    "update model_versions set state = @state where model = @model and version = @version",
                    new { state = after.ToString(), model = version.Model, version = version.Version.ToString() });
            }

            await SaveRequestAsync(transaction, version, isOpen, step is { Step: ApprovalStep.Requested } ? step with { Position = position } : null);
            return true;
        },
        cancellationToken);

    /// <summary>The open request of a version, or null.</summary>
    public async Task<ApprovalRequest?> FindRequestAsync(VersionReference version, CancellationToken cancellationToken) =>
        (await QueryRequestsAsync("where model = @model and version = @version", Key(version), cancellationToken)) is [var request] ? request : null;

    /// <summary>The open requests, newest first.</summary>
    public Task<IReadOnlyList<ApprovalRequest>> ListRequestsAsync(int limit, CancellationToken cancellationToken) =>
        QueryRequestsAsync("order by position desc limit @limit", new { limit }, cancellationToken);

    /// <summary>Models that have a version in any state.</summary>
    public Task<bool> HasVersionsAsync(string model, CancellationToken cancellationToken) => database.ReadAsync(
        async connection => await connection.QueryFirstOrDefaultAsync<string?>(
            new CommandDefinition("select model from model_versions where model = @model limit 1", new { model }, cancellationToken: cancellationToken)) is not null,
        cancellationToken);

    private Task<IReadOnlyList<ApprovalRequest>> QueryRequestsAsync(string where, object parameters, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<ApprovalRequest>>(
        async connection =>
        {
            var sql = $"select model as Model, version as Version, since as Since, requested_by as RequestedBy, comment as Comment from approval_requests {where}";
            var rows = await connection.QueryAsync<RequestRow>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
            return [.. rows.Select(row => new ApprovalRequest(new VersionReference(row.Model, SemanticVersion.Parse(row.Version)), StoredTime.Parse(row.Since), row.RequestedBy, row.Comment))];
        },
        cancellationToken);

    private static async Task<bool> IsUnchangedAsync(WriteTransaction transaction, ApprovalFacts facts, ApprovalPolicy? keptPolicy)
    {
        var key = Key(facts.Version.Reference);
        var state = await transaction.QuerySingleOrDefaultAsync<string?>("select state from model_versions where model = @model and version = @version", key);
        var last = await transaction.QuerySingleOrDefaultAsync<long?>("select max(position) from approval_decisions where model = @model and version = @version", key);
        return state == facts.Version.State.ToString()
            && (last ?? 0) == (facts.Decisions.Count == 0 ? 0 : facts.Decisions[^1].Position)
            && await KeptPolicyAsync(transaction, facts.Version.Model) == (keptPolicy is null ? null : PolicyComparison.Text(keptPolicy));
    }

    private static Task<int> AddAsync(WriteTransaction transaction, VersionReference version, ApprovalDecision step)
    {
        const string Sql = """
            insert into approval_decisions (position, model, version, step, actor, role, authenticated, at, comment)
            values (@position, @model, @version, @step, @actor, @role, @authenticated, @at, @comment)
            """;

        return transaction.ExecuteAsync(Sql, new
        {
            position = step.Position,
            model = version.Model,
            version = version.Version.ToString(),
            step = step.Step.ToString(),
            actor = step.Actor,
            role = step.Role?.ToString(),
            authenticated = step.Authenticated ? 1L : 0L,
            at = StoredTime.Format(step.At),
            comment = step.Comment,
        });
    }

    private static async Task SaveRequestAsync(WriteTransaction transaction, VersionReference version, bool isOpen, ApprovalDecision? asked)
    {
        const string Insert = """
            insert into approval_requests (model, version, position, since, requested_by, comment) values (@model, @version, @position, @since, @actor, @comment)
            on conflict do nothing
            """;

        if (!isOpen)
        {
            await transaction.ExecuteAsync("delete from approval_requests where model = @model and version = @version", Key(version));
        }
        else if (asked is not null)
        {
            await transaction.ExecuteAsync(Insert, new
            {
                model = version.Model,
                version = version.Version.ToString(),
                position = asked.Position,
                since = StoredTime.Format(asked.At),
                actor = asked.Actor,
                comment = asked.Comment,
            });
        }
    }

    // Read and written again: what a migration kept may say the same in fewer words.
    private static async Task<string?> KeptPolicyAsync(WriteTransaction transaction, string model) =>
        Policy(await transaction.QuerySingleOrDefaultAsync<string?>("select policy from approval_policies where model = @model", new { model })) is { } policy ? PolicyComparison.Text(policy) : null;

    private static ApprovalPolicy? Policy(string? text) => text is null ? null : JsonSerializer.Deserialize<ApprovalPolicy>(text, SlipwayJson.Options);

    private static object Key(VersionReference version) => new { model = version.Model, version = version.Version.ToString() };

    private sealed record DecisionRow
    {
        public required long Position { get; init; }

        public required string Step { get; init; }

        public required string Actor { get; init; }

        public string? Role { get; init; }

        public required long Authenticated { get; init; }

        public required string At { get; init; }

        public string? Comment { get; init; }

        public ApprovalDecision ToDecision() =>
            new(Position, Enum.Parse<ApprovalStep>(Step), Actor, Role is null ? null : Enum.Parse<Role>(Role), Authenticated != 0, StoredTime.Parse(At), Comment);
    }

    private sealed record RequestRow
    {
        public required string Model { get; init; }

        public required string Version { get; init; }

        public required string Since { get; init; }

        public required string RequestedBy { get; init; }

        public string? Comment { get; init; }
    }
}
