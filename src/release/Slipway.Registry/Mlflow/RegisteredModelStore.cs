using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Registry.Mlflow.Webhooks;
using Slipway.Storage;

namespace Slipway.Registry.Mlflow;

/// <summary>Writes <c>registered_models</c> with their tags and aliases, in the transaction that each change is given.</summary>
internal sealed class RegisteredModelStore(TimeProvider time)
{
    private const string Select =
        "select id as Id, name as Name, description as Description, created_at as CreatedAt, updated_at as UpdatedAt, created_by as CreatedBy from registered_models";

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The model of a name.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.NotFound"/>.</exception>
    public static async Task<RegisteredModel> GetAsync(WriteTransaction transaction, string name) =>
        await transaction.QuerySingleOrDefaultAsync<RegisteredModel>($"{Select} where name = @name", new { name }) ?? throw RegisteredModel.NotFound(name);

    /// <summary>Creates a model and returns its number. Of several that create one name at once, one wins and the others hear that it exists.</summary>
    public async Task<long> CreateAsync(WriteTransaction transaction, string name, string description, IReadOnlyList<ModelTag> tags, Actor actor)
    {
        const string Sql = """
            insert into registered_models (name, description, created_at, updated_at, created_by, last_number)
            values (@name, @description, @now, @now, @actor, 0)
            returning id
            """;

        await DemandFreeAsync(transaction, name);
        var id = await transaction.QuerySingleOrDefaultAsync<long>(Sql, new { name, description, now = Now, actor = actor.Name });
        foreach (var tag in tags)
        {
            await SetTagAsync(transaction, id, tag);
        }

        await Announcement.ModelCreatedAsync(transaction, actor, name, description, tags);
        return id;
    }

    /// <summary>Gives a model another name, unless Slipway's own records know it by the one that it has.</summary>
    public async Task RenameAsync(WriteTransaction transaction, RegisteredModel model, string name)
    {
        if (name == model.Name)
        {
            return;
        }

        await DemandNoneOfSlipwayAsync(transaction, model, "renamed", "Deployments, approvals and the history know them by its name.");
        await DemandFreeAsync(transaction, name);
        var parameters = new { name, now = Now, id = model.Id };
        await transaction.ExecuteAsync("update registered_models set name = @name, updated_at = @now where id = @id", parameters);
        await transaction.ExecuteAsync("update registered_versions set name = @name, updated_at = @now where model = @id", parameters);
    }

    public Task DescribeAsync(WriteTransaction transaction, RegisteredModel model, string description) => transaction.ExecuteAsync(
        "update registered_models set description = @description, updated_at = @now where id = @id", new { description, now = Now, id = model.Id });

    /// <summary>Deletes a model with its versions, unless Slipway can serve one of them.</summary>
    public static async Task DeleteAsync(WriteTransaction transaction, RegisteredModel model)
    {
        await DemandNoneOfSlipwayAsync(transaction, model, "deleted", "They are what was or may be deployed: reject those that must not be used.");
        var parameters = new { id = model.Id };
        await transaction.ExecuteAsync("delete from registered_version_tags where version in (select id from registered_versions where model = @id)", parameters);
        await transaction.ExecuteAsync("delete from registered_versions where model = @id", parameters);
        await transaction.ExecuteAsync("delete from registered_model_aliases where model = @id", parameters);
        await transaction.ExecuteAsync("delete from registered_model_tags where model = @id", parameters);
        await transaction.ExecuteAsync("delete from registered_models where id = @id", parameters);
    }

    public static Task SetTagAsync(WriteTransaction transaction, long model, ModelTag tag)
    {
        const string Sql = """
            insert into registered_model_tags (model, key, value) values (@model, @Key, @Value)
            on conflict (model, key) do update set value = excluded.value
            """;

        return transaction.ExecuteAsync(Sql, new { model, tag.Key, tag.Value });
    }

    /// <summary>Deletes a tag. One that is not there is no error: the caller has what it wants.</summary>
    public static Task DeleteTagAsync(WriteTransaction transaction, long model, string key) =>
        transaction.ExecuteAsync("delete from registered_model_tags where model = @model and key = @key", new { model, key });

    /// <summary>Lets an alias name a version, and no other one any more.</summary>
    public static Task SetAliasAsync(WriteTransaction transaction, RegisteredVersion version, string alias)
    {
        const string Sql = """
            insert into registered_model_aliases (model, alias, number) values (@Model, @alias, @Number)
            on conflict (model, alias) do update set number = excluded.number
            """;

        return transaction.ExecuteAsync(Sql, new { version.Model, alias, version.Number });
    }

    /// <summary>Deletes an alias. One that is not there is no error.</summary>
    public static Task DeleteAliasAsync(WriteTransaction transaction, RegisteredModel model, string alias) =>
        transaction.ExecuteAsync("delete from registered_model_aliases where model = @Id and alias = @alias", new { model.Id, alias });

    private static async Task DemandFreeAsync(WriteTransaction transaction, string name)
    {
        if (await transaction.QuerySingleOrDefaultAsync<long?>("select id from registered_models where name = @name", new { name }) is not null)
        {
            throw new SlipwayException(ErrorKind.Conflict, $"Registered Model (name={name}) already exists.");
        }
    }

    private static async Task DemandNoneOfSlipwayAsync(WriteTransaction transaction, RegisteredModel model, string change, string why)
    {
        const int Named = 5;
        const string Sql = "select version from registered_versions where model = @Id and version is not null order by number desc limit @limit";

        if (await transaction.QueryAsync<string>(Sql, new { model.Id, limit = Named + 1 }) is { Count: > 0 } versions)
        {
            var more = versions.Count > Named ? " and others" : "";
            throw new SlipwayException(
                ErrorKind.InvalidInput, $"The model {model.Name} cannot be {change}: it has versions that Slipway can serve ({string.Join(", ", versions.Take(Named))}{more}). {why}");
        }
    }
}
