using Slipway.Core.Errors;
using Slipway.Storage;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.LoggedModels;

/// <summary>Writes <c>logged_models</c> with their tags and parameters, in the transaction that each change is given.</summary>
internal sealed class LoggedModelStore(TimeProvider time)
{
    private static readonly Statement Find = new($"select {LoggedModel.Columns} from logged_models r where r.model_id = @model_id");

    private static readonly Statement Insert = new("""
        insert into logged_models (model_id, experiment, name, model_type, status, source_run_id, artifact_uri, created_at, updated_at)
        values (@model_id, @experiment, @name, @model_type, @status, @source_run_id, @artifact_uri, @now, @now)
        returning id
        """);

    private static readonly Statement Update = new("update logged_models set status = @status, updated_at = @now, deleted_at = @deleted_at where id = @id");

    private static readonly Statement UpsertTag = new("""
        insert into logged_model_tags (model, key, experiment, value) values (@model, @key, @experiment, @value)
        on conflict (model, key) do update set value = excluded.value
        """);

    private static readonly Statement RemoveTag = new("delete from logged_model_tags where model = @model and key = @key");

    private static readonly Statement InsertParameter = new("""
        insert into logged_model_params (model, key, experiment, value) values (@model, @key, @experiment, @value)
        on conflict (model, key) do nothing
        """);

    private static readonly Statement FindParameter = new("select value from logged_model_params where model = @model and key = @key");

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The model by the id that clients know it by, deleted or not.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.NotFound"/>.</exception>
    public static async Task<LoggedModel> GetAsync(WriteTransaction transaction, string modelId) =>
        (await transaction.QueryAsync(Find, LoggedModel.Read, modelId)) is [var model] ? model : throw LoggedModel.NotFound(modelId);

    /// <summary>The model, when it may be changed.</summary>
    public static async Task<LoggedModel> GetActiveAsync(WriteTransaction transaction, string modelId) =>
        await GetAsync(transaction, modelId) is { DeletedAt: null } model ? model : throw LoggedModel.NotFound(modelId);

    /// <summary>Begins a model in an active experiment: its files are still to come.</summary>
    public async Task<LoggedModel> CreateAsync(WriteTransaction transaction, string experimentId, string name, string? modelType, string? sourceRunId)
    {
        var experiment = (await ExperimentStore.GetAsync(transaction, experimentId)).DemandActive();
        var modelId = $"m-{Guid.CreateVersion7(time.GetUtcNow()):N}";
        var model = new LoggedModel(
            0, modelId, experiment.Id, name, modelType, LoggedModel.Pending, sourceRunId, $"{experiment.ArtifactLocation}/models/{modelId}/artifacts", Now, Now, null);
        var id = await transaction.QueryAsync(
            Insert, reader => reader.GetInt64(0), model.ModelId, model.Experiment, model.Name, model.ModelType, model.Status, model.SourceRunId, model.ArtifactUri, model.CreatedAt);
        return model with { Id = id[0] };
    }

    /// <summary>Saves a model's status and life-cycle, and that it changed now.</summary>
    public async Task<LoggedModel> SaveAsync(WriteTransaction transaction, LoggedModel model)
    {
        var saved = model with { UpdatedAt = Now };
        await transaction.ExecuteAsync(Update, saved.Status, saved.UpdatedAt, saved.DeletedAt, saved.Id);
        return saved;
    }

    /// <summary>Deletes a model; again, it changes nothing.</summary>
    public async Task DeleteAsync(WriteTransaction transaction, LoggedModel model)
    {
        if (model.DeletedAt is null)
        {
            await SaveAsync(transaction, model with { DeletedAt = Now });
        }
    }

    /// <summary>Sets tags; of two with one key the later holds.</summary>
    public static async Task SetTagsAsync(WriteTransaction transaction, LoggedModel model, IReadOnlyList<Tag> tags)
    {
        foreach (var (key, value) in tags)
        {
            await transaction.ExecuteAsync(UpsertTag, model.Id, key, model.Experiment, value);
        }
    }

    public static async Task DeleteTagAsync(WriteTransaction transaction, LoggedModel model, string key)
    {
        if (await transaction.ExecuteAsync(RemoveTag, model.Id, key) == 0)
        {
            throw new SlipwayException(ErrorKind.NotFound, $"No tag with key '{key}' found for model with ID '{model.ModelId}'.");
        }
    }

    /// <summary>Adds parameters. One that is there with the same value stays; one with another value refuses them all, since a parameter never changes.</summary>
    public static async Task AddParametersAsync(WriteTransaction transaction, LoggedModel model, IReadOnlyList<Tag> parameters)
    {
        foreach (var (key, value) in parameters)
        {
            if (await transaction.ExecuteAsync(InsertParameter, model.Id, key, model.Experiment, value) == 0
                && (await transaction.QueryAsync(FindParameter, reader => reader.GetString(0), model.Id, key))[0] is var known
                && known != value)
            {
                throw new SlipwayException(
                    ErrorKind.InvalidInput,
                    $"Changing param values is not allowed. Param '{key}' of model '{model.ModelId}' was already logged with value '{known}', not '{value}'. Log what changes as a tag.");
            }
        }
    }
}
