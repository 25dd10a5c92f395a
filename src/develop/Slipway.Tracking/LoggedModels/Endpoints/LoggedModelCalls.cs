using Slipway.Mlflow;
using Slipway.Storage;

namespace Slipway.Tracking.LoggedModels.Endpoints;

/// <summary>What the routes of logged models share.</summary>
internal static class LoggedModelCalls
{
    /// <summary>The routes of one model.</summary>
    public const string OneModel = "2.0/mlflow/logged-models/{model_id}";

    /// <summary>The model's id, which the address names.</summary>
    public static string ModelId(this MlflowCall call) => call.InPath("model_id");

    /// <summary>Changes an active model and notes that it changed.</summary>
    public static async Task<LoggedModel> ChangeModelAsync(this MlflowCall call, LoggedModelStore models, Func<WriteTransaction, LoggedModel, Task<LoggedModel>> change)
    {
        var modelId = call.ModelId();
        return await call.ChangeAsync(modelId, async transaction => await models.SaveAsync(transaction, await change(transaction, await LoggedModelStore.GetActiveAsync(transaction, modelId))));
    }

    /// <summary>The list <c>tags</c> of a logged model.</summary>
    public static Tag[] ModelTags(this MlflowFields fields) => Pairs(fields, "tags", Limits.TagValue);

    /// <summary>The list <c>params</c> of a logged model.</summary>
    public static Tag[] ModelParameters(this MlflowFields fields) => Pairs(fields, "params", Limits.ParameterValue);

    private static Tag[] Pairs(MlflowFields fields, string name, int limit) =>
        [.. fields.LimitedMessages(name, Limits.BatchInputs).Select(pair => new Tag(pair.RequiredLimited("key", Limits.ModelKey), pair.Limited("value", limit)))];
}
