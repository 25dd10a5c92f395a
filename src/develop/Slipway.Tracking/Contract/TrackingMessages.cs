namespace Slipway.Tracking.Contract;

/// <summary>The messages of experiments, runs, artifacts and logged models, for the OpenAPI document.</summary>
internal static class TrackingMessages
{
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Tag"] = "key value",
        ["Param"] = "key value",
        ["Metric"] = "key value:double timestamp:int64 step:int64 run_id model_id dataset_name dataset_digest",
        ["ViewType"] = "= ACTIVE_ONLY DELETED_ONLY ALL",
        ["RunStatus"] = "= RUNNING SCHEDULED FINISHED FAILED KILLED",
        ["Experiment"] = "experiment_id name artifact_location lifecycle_stage creation_time:int64 last_update_time:int64 tags:Tag[]",
        ["RunInfo"] = "run_id run_uuid run_name experiment_id user_id status:RunStatus start_time:int64 end_time:int64 artifact_uri lifecycle_stage",
        ["RunData"] = "metrics:Metric[] params:Param[] tags:Tag[]",
        ["RunInputs"] = "dataset_inputs:DatasetInput[] model_inputs:ModelInput[]",
        ["RunOutputs"] = "model_outputs:ModelOutput[]",
        ["Run"] = "info:RunInfo data:RunData inputs:RunInputs outputs:RunOutputs",
        ["Dataset"] = "name! digest! source_type! source! schema profile",
        ["DatasetInput"] = "dataset:Dataset! tags:Tag[]",
        ["DatasetSummary"] = "experiment_id name digest context",
        ["ModelInput"] = "model_id!",
        ["ModelOutput"] = "model_id! step:int64",
        ["FileInfo"] = "path is_dir:bool file_size:int64",
        ["PartCredential"] = "url part_number:int64 headers:map",
        ["UploadedPart"] = "part_number:int64! etag url",
        ["LoggedModelStatus"] = "= LOGGED_MODEL_PENDING LOGGED_MODEL_READY LOGGED_MODEL_UPLOAD_FAILED",
        ["LoggedModelRegistration"] = "name version",
        ["LoggedModelInfo"] =
            "model_id experiment_id name creation_timestamp_ms:int64 last_updated_timestamp_ms:int64 artifact_uri status:LoggedModelStatus model_type source_run_id tags:Tag[] registrations:LoggedModelRegistration[]",
        ["LoggedModelData"] = "params:Param[] metrics:Metric[]",
        ["LoggedModel"] = "info:LoggedModelInfo data:LoggedModelData",
        ["LoggedModelOrder"] = "field_name! ascending:bool dataset_name dataset_digest",
        ["MetricDataset"] = "dataset_name! dataset_digest",
    };
}
