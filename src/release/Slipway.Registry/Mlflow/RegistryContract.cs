using Slipway.Mlflow.Contract;

namespace Slipway.Registry.Mlflow;

/// <summary>What the OpenAPI document says of the registry's routes.</summary>
internal static class RegistryContract
{
    private const string Search = "filter order_by[] max_results:int64 page_token";

    private const string Model = "registered_model:RegisteredModel";

    private const string Webhook = "webhook:Webhook";

    private const string Version = "model_version:ModelVersion";

    public static MlflowContracts All { get; } = new(
        new Dictionary<string, MlflowContract>(StringComparer.Ordinal)
        {
            ["CreateRegisteredModel"] = new("Create a registered model", "name! description tags:ModelTag[]", Model),
            ["GetRegisteredModel"] = new("Get a registered model with its aliases and the newest version of each stage", "name!", Model),
            ["SearchRegisteredModels"] = new("Search registered models", Search, "registered_models:RegisteredModel[] next_page_token"),
            ["GetLatestVersions"] = new("The newest version of each stage", "name! stages[]", "model_versions:ModelVersion[]"),
            ["GetLatestVersionsByQuery"] = new("The newest version of each stage", "name! stages[]", "model_versions:ModelVersion[]"),
            ["UpdateRegisteredModel"] = new("Describe a registered model", "name! description", Model),
            ["RenameRegisteredModel"] = new("Rename a registered model", "name! new_name!", Model),
            ["DeleteRegisteredModel"] = new("Delete a registered model with its versions, unless Slipway can serve one", "name!"),
            ["SetRegisteredModelTag"] = new("Set a tag of a registered model", "name! key! value"),
            ["DeleteRegisteredModelTag"] = new("Delete a tag of a registered model", "name! key!"),
            ["SetRegisteredModelAlias"] = new("Give an alias to a version", "name! alias! version!"),
            ["DeleteRegisteredModelAlias"] = new("Delete an alias", "name! alias!"),
            ["GetModelVersionByAlias"] = new("Find the version that an alias names", "name! alias!", Version),
            ["CreateModelVersion"] = new("Register a version from where its files lie", "name! source! run_id run_link model_id description tags:ModelTag[]", Version),
            ["GetModelVersion"] = new("Get a version", "name! version!", Version),
            ["SearchModelVersions"] = new("Search versions", Search, "model_versions:ModelVersion[] next_page_token"),
            ["UpdateModelVersion"] = new("Describe a version", "name! version! description", Version),
            ["TransitionModelVersionStage"] = new("Set the stage of a version that Slipway does not serve", "name! version! stage! archive_existing_versions:bool", Version),
            ["DeleteModelVersion"] = new("Delete a version that Slipway does not serve", "name! version!"),
            ["SetModelVersionTag"] = new("Set a tag of a version", "name! version! key! value"),
            ["DeleteModelVersionTag"] = new("Delete a tag of a version", "name! version! key!"),
            ["GetModelVersionDownloadUri"] = new("Where a version's files are", "name! version!", "artifact_uri"),
            ["GetModelVersionArtifact"] = new("Read a file of a version", "name! version! path!", MlflowContract.File),

            ["CreateWebhook"] = new("Have an address told of events; the secret signs each call and is never shown", "name! url! events:WebhookEvent[]! description secret status:WebhookStatus", Webhook),
            ["GetWebhook"] = new("Get a webhook", "", Webhook),
            ["ListWebhooks"] = new("List webhooks", "max_results:int64 page_token", "webhooks:Webhook[] next_page_token"),
            ["UpdateWebhook"] = new("Change a webhook; what is absent stays", "name url events:WebhookEvent[] description secret status:WebhookStatus", Webhook),
            ["DeleteWebhook"] = new("Delete a webhook with what it was not told yet"),
            ["TestWebhook"] = new("Tell a webhook of an event that did not happen, and how that went", "event:WebhookEvent", "result:WebhookTestResult"),
        },
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ModelTag"] = "key value",
            ["WebhookStatus"] = "= ACTIVE DISABLED",
            ["WebhookEvent"] = "entity! action!",
            ["Webhook"] = "webhook_id name description url events:WebhookEvent[] status:WebhookStatus creation_timestamp:int64 last_updated_timestamp:int64",
            ["WebhookTestResult"] = "success:bool response_status:int64 error_message",
            ["ModelAlias"] = "alias version",
            ["ModelVersion"] =
                "name version creation_timestamp:int64 last_updated_timestamp:int64 user_id current_stage description source run_id status tags:ModelTag[] run_link aliases[] model_id",
            ["RegisteredModel"] =
                "name creation_timestamp:int64 last_updated_timestamp:int64 user_id description latest_versions:ModelVersion[] tags:ModelTag[] aliases:ModelAlias[]",
        });
}
