using System.Globalization;
using Dapper;
using Slipway.Core.Errors;
using Slipway.Storage;
using Slipway.Storage.Sql;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Scorers;

/// <summary>Reads and writes <c>scorers</c> and their versions. Of several that register one name at once each gets a number of its own.</summary>
internal sealed class ScorerStore(Database database, TimeProvider time)
{
    /// <summary>Adds a version, and the scorer with the first.</summary>
    public async Task<Scorer> RegisterAsync(WriteTransaction transaction, string experimentId, string name, string serialized)
    {
        const string Count = """
            insert into scorers (scorer_id, experiment, name, last_version) values (@scorerId, @experiment, @name, 1)
            on conflict (experiment, name) do update set last_version = scorers.last_version + 1
            returning id, scorer_id, last_version
            """;

        var experiment = (await ExperimentStore.GetAsync(transaction, experimentId)).DemandActive().Id;
        var now = time.GetUtcNow();
        var (id, scorerId, version) = await transaction.QuerySingleOrDefaultAsync<(long, string, long)>(Count, new { scorerId = Guid.CreateVersion7(now).ToString("N"), experiment, name });
        if (await transaction.QuerySingleOrDefaultAsync<long>("select count(*) from scorer_versions where scorer = @id", new { id }) >= ScorerFields.Versions)
        {
            throw new SlipwayException(
                ErrorKind.InvalidInput, string.Create(CultureInfo.InvariantCulture, $"The scorer has {ScorerFields.Versions} versions, which is the most. Delete those that are not needed."));
        }

        var scorer = new Scorer(scorerId, experiment, name, version, serialized, now.ToUnixTimeMilliseconds());
        await transaction.ExecuteAsync(
            "insert into scorer_versions (scorer, version, serialized, created_at) values (@id, @Version, @Serialized, @CreatedAt)", new { id, scorer.Version, scorer.Serialized, scorer.CreatedAt });
        return scorer;
    }

    /// <summary>Deletes a version, or all of them; the scorer goes with the last.</summary>
    public static async Task DeleteAsync(WriteTransaction transaction, string experimentId, string name, long? version)
    {
        var experiment = (await ExperimentStore.GetAsync(transaction, experimentId)).Id;
        var id = await transaction.QuerySingleOrDefaultAsync<long?>("select id from scorers where experiment = @experiment and name = @name", new { experiment, name })
            ?? throw Scorer.NotFound(experimentId, name, version: null);
        var deleted = version is null
            ? await transaction.ExecuteAsync("delete from scorer_versions where scorer = @id", new { id })
            : await transaction.ExecuteAsync("delete from scorer_versions where scorer = @id and version = @version", new { id, version });
        if (deleted == 0 && version is not null)
        {
            throw Scorer.NotFound(experimentId, name, version);
        }

        await transaction.ExecuteAsync("delete from scorers where id = @id and not exists (select 1 from scorer_versions v where v.scorer = @id)", new { id });
    }

    /// <summary>A version, or the newest.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.NotFound"/>.</exception>
    public async Task<Scorer> GetAsync(string experimentId, string name, long? version, CancellationToken cancellationToken) =>
        await FindAsync(ExperimentStore.NumberOf(experimentId), name, version, cancellationToken) ?? throw Scorer.NotFound(experimentId, name, version);

    /// <summary>The versions of a scorer, the oldest first.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.NotFound"/>.</exception>
    public async Task<IReadOnlyList<long>> ListVersionsAsync(string experimentId, string name, CancellationToken cancellationToken)
    {
        const string Sql = "select v.version from scorers s join scorer_versions v on v.scorer = s.id where s.experiment = @experiment and s.name = @name order by v.version";

        var parameters = new { experiment = ExperimentStore.NumberOf(experimentId), name };
        var versions = await database.ReadAsync<IReadOnlyList<long>>(
            async connection => (await connection.QueryAsync<long>(new CommandDefinition(Sql, parameters, cancellationToken: cancellationToken))).AsList(), cancellationToken);
        return versions.Count > 0 ? versions : throw Scorer.NotFound(experimentId, name, version: null);
    }

    /// <summary>The scorers of active experiments that are meant, by experiment and name: all of some experiments (of every one for null), and single ones.</summary>
    public Task<IReadOnlyList<(long Experiment, string Name)>> ListNamesAsync(
        IReadOnlyList<long>? experiments, IReadOnlyList<(long Experiment, string Name)> keys, CancellationToken cancellationToken)
    {
        var wanted = new HashSet<(long, string)>(keys);
        var among = experiments is null ? "" : $"and s.experiment in {SqlList.Of([.. experiments.Concat(keys.Select(key => key.Experiment)).Distinct()])}";
        var whole = experiments?.ToHashSet();
        var sql = $"""
            select s.experiment, s.name from scorers s join experiments e on e.id = s.experiment
            where e.deleted_at is null {among}
            order by s.experiment, s.name
            """;

        return database.ReadAsync<IReadOnlyList<(long, string)>>(
            async connection =>
            {
                var rows = await connection.QueryAsync<(long Experiment, string Name)>(new CommandDefinition(sql, flags: CommandFlags.Buffered | CommandFlags.NoCache, cancellationToken: cancellationToken));
                return [.. rows.Where(row => whole is null || whole.Contains(row.Experiment) || wanted.Contains(row))];
            },
            cancellationToken);
    }

    /// <summary>A version, or the newest; null where it is not there.</summary>
    public Task<Scorer?> FindAsync(long experiment, string name, long? version, CancellationToken cancellationToken)
    {
        var which = version is null ? "v.version = (select max(n.version) from scorer_versions n where n.scorer = s.id)" : "v.version = @version";
        var sql = $"select {Scorer.Columns} from {Scorer.From} where s.experiment = @experiment and s.name = @name and {which}";
        return database.ReadAsync(
            connection => connection.QuerySingleOrDefaultAsync<Scorer?>(new CommandDefinition(sql, new { experiment, name, version }, cancellationToken: cancellationToken)), cancellationToken);
    }
}
