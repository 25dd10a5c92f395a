using System.Globalization;
using Dapper;
using Slipway.Core.Errors;
using Slipway.Storage;
using Slipway.Storage.Sql;

namespace Slipway.Tracking.Experiments;

/// <summary>Reads and writes <c>experiments</c> and their tags. Changes run in the transaction that they are given.</summary>
internal sealed class ExperimentStore(Database database, TimeProvider time)
{
    private const string Columns = "id as Id, name as Name, artifact_location as ArtifactLocation, created_at as CreatedAt, updated_at as UpdatedAt, deleted_at as DeletedAt";

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The experiment by the id that clients know it by.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.NotFound"/>.</exception>
    public Task<Experiment> GetAsync(string id, CancellationToken cancellationToken) => database.ReadAsync(
        async connection => await connection.QuerySingleOrDefaultAsync<Experiment>($"select {Columns} from experiments where id = @number", new { number = NumberOf(id) }) ?? throw Experiment.NotFound(id),
        cancellationToken);

    /// <summary>The experiment of a name, deleted or not.</summary>
    public Task<Experiment?> FindAsync(string name, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.QuerySingleOrDefaultAsync<Experiment>($"select {Columns} from experiments where name = @name", new { name }), cancellationToken);

    /// <summary>The experiments of some numbers, in their order, each with its tags.</summary>
    public Task<IReadOnlyList<(Experiment Experiment, IReadOnlyCollection<Tag> Tags)>> ListAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<(Experiment, IReadOnlyCollection<Tag>)>>(
            async connection =>
            {
                var list = SqlList.Of(ids);
                var found = (await connection.QueryAsync<Experiment>(Once($"select {Columns} from experiments where id in {list}"))).ToDictionary(e => e.Id);
                var tags = (await connection.QueryAsync<(long Experiment, string Key, string Value)>(Once($"select experiment, key, value from experiment_tags where experiment in {list} order by key")))
                    .ToLookup(row => row.Experiment, row => new Tag(row.Key, row.Value));
                return [.. ids.Where(found.ContainsKey).Select(id => (found[id], (IReadOnlyCollection<Tag>)[.. tags[id]]))];

                // Dapper would keep each text, and these are all different.
                static CommandDefinition Once(string sql) => new(sql, flags: CommandFlags.Buffered | CommandFlags.NoCache);
            },
            cancellationToken);

    /// <summary>The experiment inside a transaction.</summary>
    public static async Task<Experiment> GetAsync(WriteTransaction transaction, string id) =>
        await transaction.QuerySingleOrDefaultAsync<Experiment>($"select {Columns} from experiments where id = @number", new { number = NumberOf(id) }) ?? throw Experiment.NotFound(id);

    /// <summary>Creates an experiment and returns its number. Of several that create one name at once, one wins and the others hear that it exists.</summary>
    public async Task<long> CreateAsync(WriteTransaction transaction, string name, string? artifactLocation, IEnumerable<Tag> tags)
    {
        const string Insert = """
            insert into experiments (name, artifact_location, created_at, updated_at) values (@name, @location, @now, @now)
            returning id
            """;

        await DemandFreeAsync(transaction, name);
        var id = await transaction.QuerySingleOrDefaultAsync<long>(Insert, new { name, location = artifactLocation ?? "", now = Now });
        if (artifactLocation is null)
        {
            var location = string.Create(CultureInfo.InvariantCulture, $"{ArtifactLocation.Scheme}/{id}");
            await transaction.ExecuteAsync("update experiments set artifact_location = @location where id = @id", new { location, id });
        }

        foreach (var tag in tags)
        {
            await SetTagAsync(transaction, id, tag);
        }

        return id;
    }

    public async Task RenameAsync(WriteTransaction transaction, Experiment experiment, string name)
    {
        if (name != experiment.Name)
        {
            await DemandFreeAsync(transaction, name);
            await transaction.ExecuteAsync("update experiments set name = @name, updated_at = @now where id = @id", new { name, now = Now, id = experiment.Id });
        }
    }

    /// <summary>Deletes an experiment with the runs that are in it, which a restore brings back.</summary>
    public async Task DeleteAsync(WriteTransaction transaction, Experiment experiment)
    {
        var parameters = new { id = experiment.Id, now = Now };
        await transaction.ExecuteAsync("update experiments set deleted_at = @now, updated_at = @now where id = @id", parameters);
        await transaction.ExecuteAsync("update runs set deleted_at = @now where experiment = @id and deleted_at is null", parameters);
    }

    /// <summary>Restores an experiment with the runs that were deleted with it; a run that was deleted before by itself stays so.</summary>
    public async Task RestoreAsync(WriteTransaction transaction, Experiment experiment)
    {
        if (experiment.DeletedAt == Lifecycle.Purging)
        {
            throw Experiment.NotFound(experiment.Id.ToString(CultureInfo.InvariantCulture));
        }

        var parameters = new { id = experiment.Id, now = Now, deleted = experiment.DeletedAt };
        await transaction.ExecuteAsync("update experiments set deleted_at = null, updated_at = @now where id = @id", parameters);
        await transaction.ExecuteAsync("update runs set deleted_at = null where experiment = @id and deleted_at = @deleted", parameters);
    }

    public async Task SetTagAsync(WriteTransaction transaction, long experiment, Tag tag)
    {
        const string Upsert = """
            insert into experiment_tags (experiment, key, value) values (@experiment, @key, @value)
            on conflict (experiment, key) do update set value = excluded.value
            """;

        await transaction.ExecuteAsync(Upsert, new { experiment, key = tag.Key, value = tag.Value });
        await TouchAsync(transaction, experiment);
    }

    public async Task DeleteTagAsync(WriteTransaction transaction, long experiment, string key)
    {
        if (await transaction.ExecuteAsync("delete from experiment_tags where experiment = @experiment and key = @key", new { experiment, key }) == 0)
        {
            throw new SlipwayException(ErrorKind.NotFound, string.Create(CultureInfo.InvariantCulture, $"No tag with name: {key} in experiment with id {experiment}"));
        }

        await TouchAsync(transaction, experiment);
    }

    /// <summary>The number in an id, or one that no experiment has.</summary>
    public static long NumberOf(string id) => long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;

    private Task<int> TouchAsync(WriteTransaction transaction, long id) => transaction.ExecuteAsync("update experiments set updated_at = @now where id = @id", new { now = Now, id });

    private static async Task DemandFreeAsync(WriteTransaction transaction, string name)
    {
        if (await transaction.QuerySingleOrDefaultAsync<Experiment>($"select {Columns} from experiments where name = @name", new { name }) is { } known)
        {
            throw new SlipwayException(
                ErrorKind.Conflict,
                known.IsDeleted
                    ? string.Create(CultureInfo.InvariantCulture, $"Experiment '{name}' already exists in deleted state. Restore it (its id is {known.Id}), or choose another name.")
                    : $"Experiment '{name}' already exists.");
        }
    }
}
