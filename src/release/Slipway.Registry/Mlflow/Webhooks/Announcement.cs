using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Core;
using Slipway.Storage;

namespace Slipway.Registry.Mlflow.Webhooks;

/// <summary>
/// Announces changes of the registry, each in the transaction that makes it. An event is appended where a webhook asks for it: a tag may have 100 000 characters, and without a listener nobody
/// needs them twice. A prompt, which is a model with a tag, has events of its own.
/// </summary>
internal static class Announcement
{
    // Where MLflow keeps the text of a prompt, and of what kind it is.
    private const string PromptText = "mlflow.prompt.text";
    private const string PromptType = "_mlflow_prompt_type";

    public static Task ModelCreatedAsync(WriteTransaction transaction, Actor actor, string name, string description, IReadOnlyList<ModelTag> tags)
    {
        var isPrompt = tags.Any(tag => tag.Key == ModelTag.IsPrompt);
        var data = new JsonObject { ["name"] = name, ["tags"] = TagsOf(isPrompt ? Plain(tags) : tags), ["description"] = Given(description) };
        return AppendAsync(transaction, actor, new WebhookEvent(isPrompt ? WebhookEntity.Prompt : WebhookEntity.RegisteredModel, WebhookAction.Created), data);
    }

    public static Task VersionCreatedAsync(WriteTransaction transaction, Actor actor, RegisteredVersion version, long number, IReadOnlyList<ModelTag> tags)
    {
        var isPrompt = tags.Any(tag => tag.Key == ModelTag.IsPrompt);
        var data = new JsonObject { ["name"] = version.Name, ["version"] = TextOf(number) };
        if (isPrompt)
        {
            data["template"] = tags.Where(tag => tag.Key == PromptText).Select(tag => tag.Value).FirstOrDefault();
        }
        else
        {
            data["source"] = version.Source;
            data["run_id"] = version.RunId;
        }

        data["tags"] = TagsOf(isPrompt ? Plain(tags) : tags);
        data["description"] = Given(version.Description);
        return AppendAsync(transaction, actor, new WebhookEvent(isPrompt ? WebhookEntity.PromptVersion : WebhookEntity.ModelVersion, WebhookAction.Created), data);
    }

    /// <summary>A model's tag was set, or deleted where it has no value. MLflow tells that of prompts only.</summary>
    public static async Task ModelTagAsync(WriteTransaction transaction, Actor actor, RegisteredModel model, string key, string? value)
    {
        if (await IsPromptAsync(transaction, model.Id))
        {
            await AppendAsync(transaction, actor, TagEvent(WebhookEntity.PromptTag, value), TagData(new JsonObject { ["name"] = model.Name }, key, value));
        }
    }

    /// <summary>A version's tag was set, or deleted where it has no value.</summary>
    public static async Task VersionTagAsync(WriteTransaction transaction, Actor actor, RegisteredVersion version, string key, string? value)
    {
        var entity = await IsPromptAsync(transaction, version.Model) ? WebhookEntity.PromptVersionTag : WebhookEntity.ModelVersionTag;
        await AppendAsync(transaction, actor, TagEvent(entity, value), TagData(new JsonObject { ["name"] = version.Name, ["version"] = TextOf(version.Number) }, key, value));
    }

    public static async Task AliasSetAsync(WriteTransaction transaction, Actor actor, RegisteredVersion version, string alias) => await AppendAsync(
        transaction,
        actor,
        new WebhookEvent(await AliasOfAsync(transaction, version.Model), WebhookAction.Created),
        new JsonObject { ["name"] = version.Name, ["alias"] = alias, ["version"] = TextOf(version.Number) });

    public static async Task AliasDeletedAsync(WriteTransaction transaction, Actor actor, RegisteredModel model, string alias) => await AppendAsync(
        transaction,
        actor,
        new WebhookEvent(await AliasOfAsync(transaction, model.Id), WebhookAction.Deleted),
        new JsonObject { ["name"] = model.Name, ["alias"] = alias });

    /// <summary>What a webhook that asked for an event is told when it is tried.</summary>
    public static JsonObject Example(WebhookEvent named)
    {
        var isPrompt = named.Entity >= WebhookEntity.Prompt;
        var data = new JsonObject { ["name"] = isPrompt ? "greeting" : "bike-demand" };
        switch (named.Entity)
        {
            case WebhookEntity.RegisteredModel or WebhookEntity.Prompt:
                data["tags"] = new JsonObject { ["team"] = "mobility" };
                data["description"] = "A call to try the webhook.";
                return data;

            case WebhookEntity.ModelVersion or WebhookEntity.PromptVersion:
                data["version"] = "1";
                data[isPrompt ? "template" : "source"] = isPrompt ? "Good morning, {{ name }}!" : "models:/m-0123456789abcdef0123456789abcdef";
                if (!isPrompt)
                {
                    data["run_id"] = "0123456789abcdef0123456789abcdef";
                }

                data["tags"] = new JsonObject { ["team"] = "mobility" };
                data["description"] = "A call to try the webhook.";
                return data;

            case WebhookEntity.ModelVersionAlias or WebhookEntity.PromptAlias:
                data["alias"] = "champion";
                if (named.Action == WebhookAction.Created)
                {
                    data["version"] = "1";
                }

                return data;

            default:
                if (named.Entity != WebhookEntity.PromptTag)
                {
                    data["version"] = "1";
                }

                return TagData(data, "team", named.Action == WebhookAction.Set ? "mobility" : null);
        }
    }

    private static async Task AppendAsync(WriteTransaction transaction, Actor actor, WebhookEvent named, JsonObject data)
    {
        if (await WebhookStore.ListAskingAsync(transaction, named) is { Count: > 0 } asking)
        {
            await transaction.AppendAsync(new RegistryChanged((string)data["name"]!, named.ToString(), data, asking, actor));
        }
    }

    private static async Task<WebhookEntity> AliasOfAsync(WriteTransaction transaction, long model) =>
        await IsPromptAsync(transaction, model) ? WebhookEntity.PromptAlias : WebhookEntity.ModelVersionAlias;

    private static async Task<bool> IsPromptAsync(WriteTransaction transaction, long model) =>
        await transaction.QuerySingleOrDefaultAsync<long>(
            "select count(*) from registered_model_tags where model = @model and key = @key and value = 'true'", new { model, key = ModelTag.IsPrompt }) > 0;

    private static WebhookEvent TagEvent(WebhookEntity entity, string? value) => new(entity, value is null ? WebhookAction.Deleted : WebhookAction.Set);

    private static JsonObject TagData(JsonObject data, string key, string? value)
    {
        data["key"] = key;
        if (value is not null)
        {
            data["value"] = value;
        }

        return data;
    }

    private static IEnumerable<ModelTag> Plain(IEnumerable<ModelTag> tags) => tags.Where(tag => tag.Key is not (ModelTag.IsPrompt or PromptText or PromptType));

    private static JsonObject TagsOf(IEnumerable<ModelTag> tags) => new(tags.Select(tag => KeyValuePair.Create(tag.Key, (JsonNode?)tag.Value)));

    private static string? Given(string text) => text.Length > 0 ? text : null;

    private static string TextOf(long number) => number.ToString(CultureInfo.InvariantCulture);
}
