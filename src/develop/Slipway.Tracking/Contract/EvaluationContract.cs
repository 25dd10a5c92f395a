using Slipway.Mlflow.Contract;

namespace Slipway.Tracking.Contract;

/// <summary>What the OpenAPI document says of the routes of evaluation datasets and scorers.</summary>
internal static class EvaluationContract
{
    private const string Dataset = "dataset:EvaluationDataset";

    private const string Search = "experiment_ids[] filter_string order_by[] max_results:int64 page_token";

    private const string Found = "datasets:EvaluationDataset[] next_page_token";

    public static MlflowContracts All { get; } = new(
        new Dictionary<string, MlflowContract>(StringComparer.Ordinal)
        {
            ["CreateEvaluationDataset"] = new("Create an evaluation dataset; its tags are a text of JSON", "name! experiment_ids[] tags", Dataset),
            ["GetEvaluationDataset"] = new("Get an evaluation dataset, without its records", "", Dataset),
            ["DeleteEvaluationDataset"] = new("Delete an evaluation dataset with its records"),
            ["SearchEvaluationDatasets"] = new("Search evaluation datasets", Search, Found),
            ["SearchEvaluationDatasetsByQuery"] = new("Search evaluation datasets", Search, Found),
            ["SetEvaluationDatasetTags"] = new("Set tags of an evaluation dataset, a text of JSON", "tags!", Dataset),
            ["DeleteEvaluationDatasetTag"] = new("Delete a tag of an evaluation dataset"),
            ["UpsertEvaluationDatasetRecords"] = new(
                "Add records, a text of JSON; one with the inputs of another replaces it", "records!", "inserted_count:int64 updated_count:int64"),
            ["GetEvaluationDatasetRecords"] = new("The records of an evaluation dataset, as a text of JSON", "max_results:int64 page_token", "records next_page_token"),
            ["DeleteEvaluationDatasetRecords"] = new("Delete records by their ids", "dataset_record_ids[]!", "deleted_count:int64"),
            ["GetEvaluationDatasetExperimentIds"] = new("The experiments that an evaluation dataset belongs to", "", "experiment_ids[]"),
            ["AddEvaluationDatasetToExperiments"] = new("Have experiments use an evaluation dataset", "experiment_ids[]!", Dataset),
            ["RemoveEvaluationDatasetFromExperiments"] = new("Have experiments no longer use an evaluation dataset", "experiment_ids[]!", Dataset),

            ["RegisterScorer"] = new("Register a scorer, or its next version", "experiment_id! name! serialized_scorer!", "version:int64 scorer_id experiment_id name serialized_scorer creation_time:int64"),
            ["ListScorers"] = new("The newest version of each scorer", "experiment_id experiment_ids[] scorer_keys[]", "scorers:Scorer[]"),
            ["ListScorerVersions"] = new("All versions of a scorer", "experiment_id! name!", "scorers:Scorer[]"),
            ["GetScorer"] = new("Get a version of a scorer, the newest unless one is named", "experiment_id! name! version:int64", "scorer:Scorer"),
            ["DeleteScorer"] = new("Delete a version of a scorer, or all of them", "experiment_id! name! version:int64"),
        },
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["EvaluationDataset"] =
                "dataset_id name tags schema profile digest created_time:int64 last_update_time:int64 created_by last_updated_by experiment_ids[]",
            ["Scorer"] = "experiment_id:int64 scorer_name scorer_version:int64 serialized_scorer creation_time:int64 scorer_id",
        });
}
