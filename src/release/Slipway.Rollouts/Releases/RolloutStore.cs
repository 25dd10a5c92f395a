using System.Text.Json;
using Dapper;
using Slipway.Core;
using Slipway.Storage;
using Slipway.Storage.Sql;

namespace Slipway.Rollouts.Releases;

/// <summary>Reads and writes the tables <c>rollouts</c> and <c>rollout_looks</c>. Holds no rules: those are in <see cref="RolloutMoves"/> and <see cref="RolloutDecision"/>.</summary>
internal sealed class RolloutStore(Database database)
{
    /// <summary>
    /// Saves <paramref name="after"/> in <paramref name="transaction"/>, only if the stored revision is still that of <paramref name="before"/>. A new one (null) is not saved where its
    /// origin has a rollout already.
    /// </summary>
    public static async Task<bool> TrySaveAsync(WriteTransaction transaction, RolloutState? before, RolloutState after)
    {
        const string Insert = """
            insert into rollouts (id, deployment, candidate, origin, status, revision, document)
            values (@Id, @Deployment, @Candidate, @Origin, @Status, @Revision, @Document)
            on conflict do nothing
            """;

        const string Update = """
            update rollouts set status = @Status, revision = @Revision, document = @Document
            where id = @Id and revision = @Before
            """;

        var parameters = new
        {
            after.Id,
            after.Deployment,
            Candidate = after.Candidate.ToString(),
            after.Origin,
            Status = after.Status.ToString(),
            after.Revision,
            Document = JsonSerializer.Serialize(after, SlipwayJson.Options),
            Before = before?.Revision ?? 0,
        };

        return await transaction.ExecuteAsync(before is null ? Insert : Update, parameters) > 0;
    }

    /// <summary>Adds a look in <paramref name="transaction"/>.</summary>
    public static Task AddAsync(WriteTransaction transaction, RolloutLook look)
    {
        const string Sql = "insert into rollout_looks (rollout, number, document) values (@Rollout, @Number, @Document)";

        return transaction.ExecuteAsync(Sql, new { look.Rollout, look.Number, Document = JsonSerializer.Serialize(look, SlipwayJson.Options) });
    }

    /// <summary>A rollout, or null.</summary>
    public async Task<RolloutState?> FindAsync(string id, CancellationToken cancellationToken) =>
        (await QueryAsync<RolloutState>("select document from rollouts where id = @id", new { id }, cancellationToken)).SingleOrDefault();

    /// <summary>The rollout that an origin started, or null.</summary>
    public async Task<RolloutState?> FindByOriginAsync(string origin, CancellationToken cancellationToken) =>
        (await QueryAsync<RolloutState>("select document from rollouts where origin = @origin", new { origin }, cancellationToken)).SingleOrDefault();

    /// <summary>Rollouts of a deployment (of all, with null), newest first: ids grow with time.</summary>
    public Task<IReadOnlyList<RolloutState>> ListAsync(string? deployment, int limit, CancellationToken cancellationToken)
    {
        const string Sql = """
            select document from rollouts
            where @deployment is null or deployment = @deployment
            order by id desc
            limit @limit
            """;

        return QueryAsync<RolloutState>(Sql, new { deployment, limit }, cancellationToken);
    }

    /// <summary>Some rollouts by id; those that are not there are left out.</summary>
    public Task<IReadOnlyList<RolloutState>> ListAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var (list, parameters) = SqlList.OfTexts(ids);
        return QueryAsync<RolloutState>($"select document from rollouts where id in {list} order by id", parameters, cancellationToken);
    }

    /// <summary>Which rollouts tried some versions, and where: id, deployment and candidate; the newest first.</summary>
    public Task<IReadOnlyList<(string Id, string Deployment, string Candidate)>> ListOfAsync(IReadOnlyList<string> candidates, int limit, CancellationToken cancellationToken)
    {
        var (list, parameters) = SqlList.OfTexts(candidates, ("limit", limit));
        return database.ReadAsync<IReadOnlyList<(string, string, string)>>(
            async connection =>
            {
                var sql = $"select id, deployment, candidate from rollouts where candidate in {list} order by id desc limit @limit";

                // Dapper would keep a text for each number of versions.
                var command = new CommandDefinition(sql, parameters, flags: CommandFlags.Buffered | CommandFlags.NoCache, cancellationToken: cancellationToken);
                return [.. await connection.QueryAsync<(string, string, string)>(command)];
            },
            cancellationToken);
    }

    /// <summary>A rollout's looks, oldest first.</summary>
    public Task<IReadOnlyList<RolloutLook>> ListLooksAsync(string id, CancellationToken cancellationToken) =>
        QueryAsync<RolloutLook>("select document from rollout_looks where rollout = @id order by number", new { id }, cancellationToken);

    private Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object parameters, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<T>>(
        async connection =>
        {
            var documents = await connection.QueryAsync<string>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
            return [.. documents.Select(document => JsonSerializer.Deserialize<T>(document, SlipwayJson.Options)!)];
        },
        cancellationToken);
}
