using System.Text.Json;
using Slipway.Core.Errors;
using Slipway.Mlflow;

namespace Slipway.Registry.Mlflow.Webhooks;

/// <summary>What something happens to, with MLflow's numbers and names.</summary>
internal enum WebhookEntity
{
    RegisteredModel = 1,
    ModelVersion = 2,
    ModelVersionTag = 3,
    ModelVersionAlias = 4,
    Prompt = 5,
    PromptVersion = 6,
    PromptTag = 7,
    PromptVersionTag = 8,
    PromptAlias = 9,
}

/// <summary>What happens, with MLflow's numbers and names.</summary>
internal enum WebhookAction
{
    Created = 1,
    Updated = 2,
    Deleted = 3,
    Set = 4,
}

/// <summary>Something that a webhook may ask to be told of: <c>model_version.created</c>.</summary>
internal readonly record struct WebhookEvent(WebhookEntity Entity, WebhookAction Action)
{
    public string EntityName => JsonNamingPolicy.SnakeCaseLower.ConvertName(Entity.ToString());

    public string ActionName => JsonNamingPolicy.SnakeCaseLower.ConvertName(Action.ToString());

    public override string ToString() => $"{EntityName}.{ActionName}";

    /// <summary>The event of a text that <see cref="ToString"/> made.</summary>
    public static WebhookEvent Parse(string text)
    {
        foreach (var entity in Enum.GetValues<WebhookEntity>())
        {
            foreach (var action in ActionsOf(entity))
            {
                if (new WebhookEvent(entity, action) is var known && known.ToString() == text)
                {
                    return known;
                }
            }
        }

        throw new FormatException($"'{text}' is no event.");
    }

    /// <summary>The event of a message.</summary>
    public static WebhookEvent Of(MlflowFields fields)
    {
        var entity = fields.Choice<WebhookEntity>("entity") ?? throw fields.Missing("entity");
        var action = fields.Choice<WebhookAction>("action") ?? throw fields.Missing("action");
        var named = new WebhookEvent(entity, action);
        return ActionsOf(entity).Contains(action) ? named : throw new SlipwayException(
            ErrorKind.InvalidInput,
            $"Invalid action '{named.ActionName}' for entity '{named.EntityName}'. Valid actions are: {string.Join(", ", ActionsOf(entity).Select(valid => $"'{new WebhookEvent(entity, valid).ActionName}'"))}.");
    }

    public static void Write(Utf8JsonWriter json, WebhookEvent named)
    {
        json.WriteString("entity", MlflowFields.NameOf(named.Entity));
        json.WriteString("action", MlflowFields.NameOf(named.Action));
    }

    private static WebhookAction[] ActionsOf(WebhookEntity entity) => entity switch
    {
        WebhookEntity.RegisteredModel or WebhookEntity.ModelVersion or WebhookEntity.Prompt or WebhookEntity.PromptVersion => [WebhookAction.Created],
        WebhookEntity.ModelVersionAlias or WebhookEntity.PromptAlias => [WebhookAction.Created, WebhookAction.Deleted],
        _ => [WebhookAction.Set, WebhookAction.Deleted],
    };
}
