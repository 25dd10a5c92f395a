using Slipway.Mlflow.Contract;

namespace Slipway.Tracking.Contract;

/// <summary>What the OpenAPI document says of the routes of experiments, runs, artifacts and logged models.</summary>
internal static class TrackingContract
{
    private const string MetricFields = "key! value:double! timestamp:int64! step:int64 model_id dataset_name dataset_digest";

    private const string RunSearch = "experiment_ids[] filter order_by[] max_results:int64 page_token run_view_type:ViewType";

    private const string Files = "root_uri files:FileInfo[]";

    public static MlflowContracts All { get; } = new(
        new Dictionary<string, MlflowContract>(StringComparer.Ordinal)
        {
            ["CreateExperiment"] = new("Create an experiment", "name! artifact_location tags:Tag[]", "experiment_id"),
            ["GetExperiment"] = new("Get an experiment, deleted or not", "experiment_id!", "experiment:Experiment"),
            ["GetExperimentByName"] = new("Find an experiment by its name", "experiment_name!", "experiment:Experiment"),
            ["SearchExperiments"] = new("Search experiments", "filter order_by[] max_results:int64 page_token view_type:ViewType", "experiments:Experiment[] next_page_token"),
            ["SearchExperimentsByQuery"] = new("Search experiments", "filter order_by[] max_results:int64 page_token view_type:ViewType", "experiments:Experiment[] next_page_token"),
            ["UpdateExperiment"] = new("Rename an experiment", "experiment_id! new_name!"),
            ["DeleteExperiment"] = new("Delete an experiment with its runs; a restore brings them back until a purge", "experiment_id!"),
            ["RestoreExperiment"] = new("Bring a deleted experiment back, with the runs that it took along", "experiment_id!"),
            ["SetExperimentTag"] = new("Set a tag of an experiment", "experiment_id! key! value"),
            ["DeleteExperimentTag"] = new("Delete a tag of an experiment", "experiment_id! key!"),
            ["SearchDatasets"] = new("The datasets that runs of some experiments used, the newest first", "experiment_ids[]!", "dataset_summaries:DatasetSummary[]"),

            ["CreateRun"] = new("Begin a run", "experiment_id run_name user_id start_time:int64 tags:Tag[]", "run:Run"),
            ["GetRun"] = new("Get a run with its newest metrics, parameters, tags, datasets and models", "run_id!", "run:Run"),
            ["SearchRuns"] = new("Search runs in MLflow's grammar, with order and pages", RunSearch, "runs:Run[] next_page_token"),
            ["UpdateRun"] = new("Change a run's status, end or name", "run_id! status:RunStatus end_time:int64 run_name", "run_info:RunInfo"),
            ["DeleteRun"] = new("Delete a run; a restore brings it back until a purge", "run_id!"),
            ["RestoreRun"] = new("Bring a deleted run back", "run_id!"),
            ["LogMetric"] = new("Log a value of a metric", $"run_id! {MetricFields}"),
            ["LogParameter"] = new("Log a parameter, which never changes", "run_id! key! value"),
            ["LogBatch"] = new("Log metrics, parameters and tags together, all or none", "run_id! metrics:Metric[] params:Param[] tags:Tag[]"),
            ["LogModel"] = new("Log a model, as clients before MLflow 3 do", "run_id! model_json!"),
            ["LogInputs"] = new("Log datasets and models that a run used", "run_id! datasets:DatasetInput[] models:ModelInput[]"),
            ["LogOutputs"] = new("Log models that a run made", "run_id! models:ModelOutput[]"),
            ["SetRunTag"] = new("Set a tag of a run", "run_id! key! value"),
            ["DeleteRunTag"] = new("Delete a tag of a run", "run_id! key!"),
            ["GetMetricHistory"] = new("All values of a metric, by step", "run_id! metric_key! max_results:int64 page_token", "metrics:Metric[] next_page_token"),
            ["GetMetricHistoryBulk"] = new("All values of a metric in several runs", "run_id[]! metric_key! max_results:int64", "metrics:Metric[]"),
            ["GetMetricHistoryBulkInterval"] = new(
                "Values of a metric in several runs, thinned out for a plot", "run_ids[]! metric_key! start_step:int64 end_step:int64 max_results:int64", "metrics:Metric[]"),

            ["UploadArtifact"] = new("Store a file under its path", MlflowContract.File),
            ["DownloadArtifact"] = new("Read a file, or ranges of it, by its path", "", MlflowContract.File),
            ["DeleteArtifact"] = new("Delete a file or a folder by its path"),
            ["ListArtifacts"] = new("What lies in a folder, by its path", "path", "files:FileInfo[]"),
            ["ListRunArtifacts"] = new("What lies in a folder of a run", "run_id! path", Files),
            ["GetRunArtifact"] = new("Read a file of a run", "run_uuid! path!", MlflowContract.File),
            ["CreateMultipartUpload"] = new("Begin an upload in parts", "path! num_parts:int64!", "upload_id credentials:PartCredential[]"),
            ["UploadArtifactPart"] = new("Store a part; its ETag names it at the end", MlflowContract.File),
            ["CompleteMultipartUpload"] = new("Make one file of the parts", "path! upload_id! parts:UploadedPart[]!"),
            ["AbortMultipartUpload"] = new("Drop an upload in parts", "path! upload_id!"),

            ["CreateLoggedModel"] = new("Create a logged model", "experiment_id! name model_type source_run_id params:Param[] tags:Tag[]", "model:LoggedModel"),
            ["GetLoggedModel"] = new("Get a logged model with its metrics and the versions that came of it", "", "model:LoggedModel"),
            ["FinalizeLoggedModel"] = new("Say that a logged model's files are there, or will not come", "status:LoggedModelStatus!", "model:LoggedModel"),
            ["DeleteLoggedModel"] = new("Delete a logged model"),
            ["SearchLoggedModels"] = new(
                "Search logged models",
                "experiment_ids[] filter datasets:MetricDataset[] order_by:LoggedModelOrder[] max_results:int64 page_token",
                "models:LoggedModel[] next_page_token"),
            ["SetLoggedModelTags"] = new("Set tags of a logged model", "tags:Tag[]", "model:LoggedModel"),
            ["DeleteLoggedModelTag"] = new("Delete a tag of a logged model"),
            ["LogLoggedModelParameters"] = new("Add parameters to a logged model; they never change", "params:Param[]"),
            ["ListLoggedModelArtifacts"] = new("What lies in a folder of a logged model", "artifact_directory_path", Files),
            ["GetLoggedModelArtifact"] = new("Read a file of a logged model", "artifact_file_path!", MlflowContract.File),
        },
        TrackingMessages.All);
}
