using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Registry.Mlflow.Webhooks;
using Slipway.Storage;

namespace Slipway.Registry.Mlflow;

/// <summary>
/// Writes <c>registered_versions</c> with their tags, in the transaction that each change is given. The numbers of a model's versions are counted here, for those that Slipway can serve
/// and for those that a client only told of: 1, 2, 3 …, and none is given twice.
/// </summary>
internal sealed class RegisteredVersionStore(TimeProvider time)
{
    public const string Columns = """
        v.id as Id, v.model as Model, v.name as Name, v.number as Number, v.version as Version, v.source as Source, v.location as Location, v.run_id as RunId,
        v.run_link as RunLink, v.model_id as ModelId, v.description as Description, v.created_by as CreatedBy, v.stage as Stage,
        v.created_at as CreatedAt, v.updated_at as UpdatedAt, s.state as State
        """;

    /// <summary>The versions, with what was decided about those that Slipway can serve.</summary>
    public const string From = "registered_versions v left join model_versions s on s.model = v.name and s.number = v.number and v.version is not null";

    private const string Insert = """
        insert into registered_versions
            (model, name, number, version, source, location, run_id, run_link, model_id, description, created_by, stage, created_at, updated_at)
        values
            (@Model, @Name, @Number, @Version, @Source, @Location, @RunId, @RunLink, @ModelId, @Description, @CreatedBy, @Stage, @CreatedAt, @UpdatedAt)
        returning id
        """;

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The version of a number.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.NotFound"/>.</exception>
    public static async Task<RegisteredVersion> GetAsync(WriteTransaction transaction, string name, long number) =>
        await transaction.QuerySingleOrDefaultAsync<RegisteredVersion>($"select {Columns} from {From} where v.name = @name and v.number = @number", new { name, number })
        ?? throw RegisteredVersion.NotFound(name, number);

    /// <summary>The last number that a model has given; 0 where there is no such model.</summary>
    public static Task<long> LastNumberAsync(WriteTransaction transaction, string name) =>
        transaction.QuerySingleOrDefaultAsync<long>("select last_number from registered_models where name = @name", new { name });

    /// <summary>Adds what a client told of, under the model's next number, and returns that.</summary>
    public async Task<long> CreateAsync(WriteTransaction transaction, RegisteredModel model, RegisteredVersion version, IReadOnlyList<ModelTag> tags, Actor actor)
    {
        const string Count = "update registered_models set last_number = last_number + 1, updated_at = @now where id = @id returning last_number";

        var now = Now;
        var number = await transaction.QuerySingleOrDefaultAsync<long>(Count, new { now, id = model.Id });
        var id = await transaction.QuerySingleOrDefaultAsync<long>(Insert, version with { Model = model.Id, Name = model.Name, Number = number, CreatedAt = now, UpdatedAt = now });
        foreach (var tag in tags)
        {
            await WriteTagAsync(transaction, id, tag);
        }

        await Announcement.VersionCreatedAsync(transaction, actor, version with { Name = model.Name }, number, tags);
        return number;
    }

    /// <summary>Adds the row of a version that Slipway can serve, and its model where that is new. The caller has seen that its number is the next.</summary>
    public static async Task AddServableAsync(WriteTransaction transaction, ModelVersion version, Actor actor)
    {
        const string Count = """
            insert into registered_models (name, description, created_at, updated_at, created_by, last_number)
            values (@Model, '', @now, @now, @CreatedBy, @Number)
            on conflict (name) do update set last_number = excluded.last_number, updated_at = excluded.updated_at
            returning id
            """;

        var now = version.CreatedAt.ToUnixTimeMilliseconds();
        var isFirst = await transaction.QuerySingleOrDefaultAsync<long?>("select id from registered_models where name = @Model", new { version.Model }) is null;
        var model = await transaction.QuerySingleOrDefaultAsync<long>(Count, new { version.Model, now, version.CreatedBy, version.Number });
        var registered = new RegisteredVersion
        {
            Model = model,
            Name = version.Model,
            Number = version.Number,
            Version = version.Version.ToString(),
            Source = ServableFolder.LocationOf(version.Model, version.Number),
            RunId = version.Lineage.RunId,
            Description = $"{version.Version} ({version.VersionReason})",
            CreatedBy = version.CreatedBy,
            CreatedAt = now,
            UpdatedAt = now,
        };
        var id = await transaction.QuerySingleOrDefaultAsync<long>(Insert, registered);
        var tag = new ModelTag(ModelTag.SemanticVersion, version.Version.ToString());
        await WriteTagAsync(transaction, id, tag);
        if (isFirst)
        {
            await Announcement.ModelCreatedAsync(transaction, actor, version.Model, "", []);
        }

        await Announcement.VersionCreatedAsync(transaction, actor, registered, version.Number, [tag]);
    }

    public Task DescribeAsync(WriteTransaction transaction, RegisteredVersion version, string description) => transaction.ExecuteAsync(
        "update registered_versions set description = @description, updated_at = @now where id = @id", new { description, now = Now, id = version.Id });

    /// <summary>Stores a stage, and first takes it from the other versions that have it where that is asked.</summary>
    public async Task SetStageAsync(WriteTransaction transaction, RegisteredVersion version, string stage, bool archiveOthers)
    {
        const string Others = """
            update registered_versions set stage = @archived, updated_at = @now
            where model = @Model and id <> @Id and stage = @stage and version is null
            """;

        var parameters = new { stage, archived = ModelStage.Archived, now = Now, version.Model, version.Id };
        if (archiveOthers)
        {
            await transaction.ExecuteAsync(Others, parameters);
        }

        await transaction.ExecuteAsync("update registered_versions set stage = @stage, updated_at = @now where id = @Id", parameters);
        await TouchModelAsync(transaction, version);
    }

    /// <summary>Deletes what a client told of, with its tags and aliases. Its number is not given again.</summary>
    public async Task DeleteAsync(WriteTransaction transaction, RegisteredVersion version)
    {
        version.DemandTracked("it is kept for as long as it may be deployed or asked about. Reject it where it must not be used.");
        await RemoveAsync(transaction, version);
        await TouchModelAsync(transaction, version);
    }

    /// <summary>Takes a version that Slipway could serve from what MLflow's clients see. Its number is not given again.</summary>
    public static async Task DeleteServableAsync(WriteTransaction transaction, string name, int number) => await RemoveAsync(transaction, await GetAsync(transaction, name, number));

    public static Task SetTagAsync(WriteTransaction transaction, RegisteredVersion version, ModelTag tag) => WriteTagAsync(transaction, DemandFree(version, tag.Key).Id, tag);

    /// <summary>Deletes a tag. One that is not there is no error: the caller has what it wants.</summary>
    public static Task DeleteTagAsync(WriteTransaction transaction, RegisteredVersion version, string key) => transaction.ExecuteAsync(
        "delete from registered_version_tags where version = @Id and key = @key", new { DemandFree(version, key).Id, key });

    private static async Task RemoveAsync(WriteTransaction transaction, RegisteredVersion version)
    {
        await transaction.ExecuteAsync("delete from registered_model_aliases where model = @Model and number = @Number", version);
        await transaction.ExecuteAsync("delete from registered_version_tags where version = @Id", version);
        await transaction.ExecuteAsync("delete from registered_versions where id = @Id", version);
    }

    private static RegisteredVersion DemandFree(RegisteredVersion version, string key) =>
        key == ModelTag.SemanticVersion ? version.DemandTracked($"the tag {ModelTag.SemanticVersion} says by which name and stays what it is.") : version;

    private static Task<int> WriteTagAsync(WriteTransaction transaction, long version, ModelTag tag)
    {
        const string Sql = """
            insert into registered_version_tags (version, key, value) values (@version, @Key, @Value)
            on conflict (version, key) do update set value = excluded.value
            """;

        return transaction.ExecuteAsync(Sql, new { version, tag.Key, tag.Value });
    }

    private Task<int> TouchModelAsync(WriteTransaction transaction, RegisteredVersion version) =>
        transaction.ExecuteAsync("update registered_models set updated_at = @now where id = @Model", new { now = Now, version.Model });
}
