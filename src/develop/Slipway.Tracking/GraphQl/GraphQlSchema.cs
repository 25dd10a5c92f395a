namespace Slipway.Tracking.GraphQl;

/// <summary>A field of a type: its own type, and whether there are several.</summary>
/// <param name="Type">The name of a type with fields, or of a scalar.</param>
/// <param name="IsList">True for a list.</param>
internal readonly record struct SchemaField(string Type, bool IsList);

/// <summary>A field of the root: which route answers it, and the fields of its input.</summary>
/// <param name="Operation">The name of the route.</param>
/// <param name="Type">The type of the answer.</param>
/// <param name="Inputs">The names in its input.</param>
internal sealed record RootField(string Operation, string Type, IReadOnlyList<string> Inputs);

/// <summary>The part of MLflow's schema that its pages ask for. Names are those of the messages of its routes in camel case, so that an answer is a route's answer with other names.</summary>
internal static class GraphQlSchema
{
    /// <summary>A 64-bit integer, which is a text here: a page would round it.</summary>
    public const string LongString = "LongString";

    public const string Run = "MlflowRunExtension";

    /// <summary>What can be asked, in a query and in a mutation alike: MLflow has two of the searches among its mutations, and none of them changes anything.</summary>
    public static IReadOnlyDictionary<string, RootField> Roots { get; } = new Dictionary<string, RootField>(StringComparer.Ordinal)
    {
        ["mlflowGetExperiment"] = new("GetExperiment", "MlflowGetExperimentResponse", ["experimentId"]),
        ["mlflowGetRun"] = new("GetRun", "MlflowGetRunResponse", ["runId", "runUuid"]),
        ["mlflowSearchRuns"] = new("SearchRuns", "MlflowSearchRunsResponse", ["experimentIds", "filter", "runViewType", "maxResults", "orderBy", "pageToken"]),
        ["mlflowGetMetricHistoryBulkInterval"] =
            new("GetMetricHistoryBulkInterval", "MlflowGetMetricHistoryBulkIntervalResponse", ["runIds", "metricKey", "startStep", "endStep", "maxResults"]),
        ["mlflowListArtifacts"] = new("ListRunArtifacts", "MlflowListArtifactsResponse", ["runId", "runUuid", "path", "pageToken"]),
        ["mlflowSearchModelVersions"] = new("SearchModelVersions", "MlflowSearchModelVersionsResponse", ["filter", "maxResults", "orderBy", "pageToken"]),
        ["mlflowSearchDatasets"] = new("SearchDatasets", "MlflowSearchDatasetsResponse", ["experimentIds"]),
    };

    private static readonly Dictionary<string, Dictionary<string, SchemaField>> Types = new(StringComparer.Ordinal)
    {
        ["ApiError"] = Fields("code", "message", "helpUrl"),
        ["MlflowGetExperimentResponse"] = Fields("experiment:MlflowExperiment", "apiError:ApiError"),
        ["MlflowExperiment"] =
            Fields("experimentId", "name", "artifactLocation", "lifecycleStage", "lastUpdateTime:LongString", "creationTime:LongString", "tags:[MlflowExperimentTag]"),
        ["MlflowExperimentTag"] = Fields("key", "value"),
        ["MlflowGetRunResponse"] = Fields("run:MlflowRunExtension", "apiError:ApiError"),
        ["MlflowSearchRunsResponse"] = Fields("runs:[MlflowRunExtension]", "nextPageToken", "apiError:ApiError"),
        [Run] = Fields(
            "info:MlflowRunInfo", "data:MlflowRunData", "inputs:MlflowRunInputs", "outputs:MlflowRunOutputs", "experiment:MlflowExperiment", "modelVersions:[MlflowModelVersion]"),
        ["MlflowRunInfo"] = Fields(
            "runId", "runUuid", "runName", "experimentId", "userId", "status", "startTime:LongString", "endTime:LongString", "artifactUri", "lifecycleStage"),
        ["MlflowRunData"] = Fields("metrics:[MlflowMetric]", "params:[MlflowParam]", "tags:[MlflowRunTag]"),
        ["MlflowMetric"] = Fields("key", "value:Float", "timestamp:LongString", "step:LongString", "datasetName", "datasetDigest", "modelId", "runId"),
        ["MlflowParam"] = Fields("key", "value"),
        ["MlflowRunTag"] = Fields("key", "value"),
        ["MlflowRunInputs"] = Fields("datasetInputs:[MlflowDatasetInput]", "modelInputs:[MlflowModelInput]"),
        ["MlflowRunOutputs"] = Fields("modelOutputs:[MlflowModelOutput]"),
        ["MlflowModelInput"] = Fields("modelId"),
        ["MlflowModelOutput"] = Fields("modelId", "step:LongString"),
        ["MlflowDatasetInput"] = Fields("tags:[MlflowInputTag]", "dataset:MlflowDataset"),
        ["MlflowInputTag"] = Fields("key", "value"),
        ["MlflowDataset"] = Fields("name", "digest", "sourceType", "source", "schema", "profile"),
        ["MlflowGetMetricHistoryBulkIntervalResponse"] = Fields("metrics:[MlflowMetricWithRunId]", "apiError:ApiError"),
        ["MlflowMetricWithRunId"] = Fields("key", "value:Float", "timestamp:LongString", "step:LongString", "runId"),
        ["MlflowListArtifactsResponse"] = Fields("rootUri", "files:[MlflowFileInfo]", "nextPageToken", "apiError:ApiError"),
        ["MlflowFileInfo"] = Fields("path", "isDir:Boolean", "fileSize:LongString"),
        ["MlflowSearchModelVersionsResponse"] = Fields("modelVersions:[MlflowModelVersion]", "nextPageToken", "apiError:ApiError"),
        ["MlflowModelVersion"] = Fields(
            "name", "version", "creationTimestamp:LongString", "lastUpdatedTimestamp:LongString", "userId", "currentStage", "description", "source", "runId", "status", "statusMessage",
            "tags:[MlflowModelVersionTag]", "runLink", "aliases:[String]", "modelId"),
        ["MlflowModelVersionTag"] = Fields("key", "value"),
        ["MlflowSearchDatasetsResponse"] = Fields("datasetSummaries:[MlflowDatasetSummary]", "apiError:ApiError"),
        ["MlflowDatasetSummary"] = Fields("experimentId", "name", "digest", "context"),
    };

    /// <summary>The fields of a type; null for a scalar.</summary>
    public static IReadOnlyDictionary<string, SchemaField>? FieldsOf(string type) => Types.GetValueOrDefault(type);

    private static Dictionary<string, SchemaField> Fields(params string[] fields) => fields.Select(field => field.Split(':')).ToDictionary(
        parts => parts[0],
        parts => parts.Length == 1 ? new SchemaField("String", IsList: false) : new SchemaField(parts[1].Trim('[', ']'), parts[1].StartsWith('[')),
        StringComparer.Ordinal);
}
