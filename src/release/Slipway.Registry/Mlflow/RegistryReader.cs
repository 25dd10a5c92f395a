using System.Data.Common;
using Dapper;
using Slipway.Core.Names;
using Slipway.Mlflow.Search;
using Slipway.Storage;
using Slipway.Storage.Sql;

namespace Slipway.Registry.Mlflow;

/// <summary>Reads models and versions with all that is answered about them, many at a time.</summary>
internal sealed class RegistryReader(Database database, IEnumerable<IVersionRoles> roles)
{
    private const string Models =
        "select id as Id, name as Name, description as Description, created_at as CreatedAt, updated_at as UpdatedAt, created_by as CreatedBy from registered_models";

    /// <summary>The model of a name.</summary>
    /// <exception cref="Core.Errors.SlipwayException"><see cref="Core.Errors.ErrorKind.NotFound"/>.</exception>
    public async Task<RegisteredModelContent> GetModelAsync(string name, CancellationToken cancellationToken)
    {
        var id = await FindIdAsync("select id from registered_models where name = @name", new { name }, cancellationToken);
        return id is { } found && await ListModelsAsync([found], cancellationToken) is [var model] ? model : throw RegisteredModel.NotFound(name);
    }

    /// <summary>The version of a number.</summary>
    /// <exception cref="Core.Errors.SlipwayException"><see cref="Core.Errors.ErrorKind.NotFound"/>.</exception>
    public async Task<RegisteredVersionContent> GetVersionAsync(string name, long number, CancellationToken cancellationToken)
    {
        var id = await FindIdAsync("select id from registered_versions where name = @name and number = @number", new { name, number }, cancellationToken);
        return id is { } found && await ListVersionsAsync([found], cancellationToken) is [var version] ? version : throw RegisteredVersion.NotFound(name, number);
    }

    /// <summary>The number of the version that an alias names, or null.</summary>
    public Task<long?> FindAliasAsync(long model, string alias, CancellationToken cancellationToken) =>
        FindIdAsync("select number from registered_model_aliases where model = @model and alias = @alias", new { model, alias }, cancellationToken);

    /// <summary>The models of some numbers, in their order; what was deleted meanwhile is left out.</summary>
    public async Task<IReadOnlyList<RegisteredModelContent>> ListModelsAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken)
    {
        var running = await RunningAsync(cancellationToken);
        return await database.ReadAsync<IReadOnlyList<RegisteredModelContent>>(
            async connection =>
            {
                var list = SqlList.Of(ids);
                var models = (await connection.QueryAsync<RegisteredModel>(Once($"{Models} where id in {list}"))).ToDictionary(model => model.Id);
                var tags = (await connection.QueryAsync<(long Model, string Key, string Value)>(Once($"select model, key, value from registered_model_tags where model in {list} order by key")))
                    .ToLookup(row => row.Model, row => new ModelTag(row.Key, row.Value));
                var aliases = (await connection.QueryAsync<(long Model, string Alias, long Number)>(
                    Once($"select model, alias, number from registered_model_aliases where model in {list} order by alias"))).ToLookup(row => row.Model, row => new ModelAlias(row.Alias, row.Number));
                var latest = (await LoadAsync(connection, await LatestAsync(connection, list, running), running)).ToLookup(version => version.Version.Model);
                return [.. ids.Where(models.ContainsKey).Select(id => new RegisteredModelContent(models[id], [.. tags[id]], [.. aliases[id]], [.. latest[id]]))];
            },
            cancellationToken);
    }

    /// <summary>The versions of some numbers (<see cref="RegisteredVersion.Id"/>), in their order; what was deleted meanwhile is left out.</summary>
    public async Task<IReadOnlyList<RegisteredVersionContent>> ListVersionsAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken)
    {
        var running = await RunningAsync(cancellationToken);
        return await database.ReadAsync(connection => LoadAsync(connection, ids, running), cancellationToken);
    }

    // One that answers in one deployment and is tried in another answers.
    private async Task<IReadOnlyDictionary<VersionReference, bool>> RunningAsync(CancellationToken cancellationToken)
    {
        var running = new Dictionary<VersionReference, bool>();
        foreach (var source in roles)
        {
            foreach (var role in await source.ListAsync(cancellationToken))
            {
                running[role.Version] = role.IsStable || running.GetValueOrDefault(role.Version);
            }
        }

        return running;
    }

    private static async Task<IReadOnlyList<RegisteredVersionContent>> LoadAsync(DbConnection connection, IReadOnlyList<long> ids, IReadOnlyDictionary<VersionReference, bool> running)
    {
        var list = SqlList.Of(ids);
        var versions = (await connection.QueryAsync<RegisteredVersion>(Once($"select {RegisteredVersionStore.Columns} from {RegisteredVersionStore.From} where v.id in {list}"))).ToDictionary(v => v.Id);
        var tags = (await connection.QueryAsync<(long Version, string Key, string Value)>(Once($"select version, key, value from registered_version_tags where version in {list} order by key")))
            .ToLookup(row => row.Version, row => new ModelTag(row.Key, row.Value));
        var aliases = (await connection.QueryAsync<(long Version, string Alias)>(Once($"""
            select v.id, a.alias from registered_versions v join registered_model_aliases a on a.model = v.model and a.number = v.number
            where v.id in {list} order by a.alias
            """))).ToLookup(row => row.Version, row => row.Alias);
        return [.. ids.Where(versions.ContainsKey).Select(id => new RegisteredVersionContent(versions[id], StageOf(versions[id], running), [.. tags[id]], [.. aliases[id]]))];
    }

    private static string StageOf(RegisteredVersion version, IReadOnlyDictionary<VersionReference, bool> running) => version.Reference is { } reference
        ? ModelStage.Of(running.TryGetValue(reference, out var isStable) ? isStable : null, Enum.Parse<VersionState>(version.State!))
        : version.Stage;

    // The same rule as ModelStage has, in SQL: a model may have a thousand versions, and four of them are wanted.
    private static async Task<IReadOnlyList<long>> LatestAsync(DbConnection connection, string models, IReadOnlyDictionary<VersionReference, bool> running)
    {
        string[] production = [.. running.Where(role => role.Value).Select(role => role.Key.ToString())];
        string[] staging = [.. running.Where(role => !role.Value).Select(role => role.Key.ToString())];
        var parameters = new SqlParameters();
        var sql = $"""
            select v.id from registered_versions v join (
                select model, stage, max(number) as number from (
                    select v.model as model, v.number as number,
                           case when v.version is null then v.stage
                                when v.name || '@' || v.version in {parameters.AddList(production)} then '{ModelStage.Production}'
                                when v.name || '@' || v.version in {parameters.AddList(staging)} then '{ModelStage.Staging}'
                                when s.state in ('{VersionState.Rejected}', '{VersionState.Deprecated}') then '{ModelStage.Archived}'
                                else '{ModelStage.None}' end as stage
                    from {RegisteredVersionStore.From}
                    where v.model in {models}) staged
                group by model, stage) newest on newest.model = v.model and newest.number = v.number
            order by v.model, v.number
            """;

        return (await connection.QueryAsync<long>(Once(sql, parameters.Values))).AsList();
    }

    private Task<long?> FindIdAsync(string sql, object parameters, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.QuerySingleOrDefaultAsync<long?>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken)), cancellationToken);

    // Dapper would keep each text, and these are all different.
    private static CommandDefinition Once(string sql, object? parameters = null) => new(sql, parameters, flags: CommandFlags.Buffered | CommandFlags.NoCache);
}
