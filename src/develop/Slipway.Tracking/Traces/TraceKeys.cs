namespace Slipway.Tracking.Traces;

/// <summary>The keys of tags, metadata and attributes that MLflow's clients agree on.</summary>
internal static class TraceKeys
{
    /// <summary>Tag: where the trace's files lie.</summary>
    public const string ArtifactLocation = "mlflow.artifactLocation";

    /// <summary>Tag: where the spans are; a client that finds <see cref="TrackingStore"/> uploads no file of them and asks for them here.</summary>
    public const string SpansLocation = "mlflow.trace.spansLocation";

    public const string TrackingStore = "TRACKING_STORE";

    /// <summary>Tag: the trace's name.</summary>
    public const string Name = "mlflow.traceName";

    /// <summary>Tag: the versions of prompts that the trace used, as JSON.</summary>
    public const string LinkedPrompts = "mlflow.linkedPrompts";

    /// <summary>Metadata: the run that the trace was made in.</summary>
    public const string SourceRun = "mlflow.sourceRun";

    /// <summary>Metadata: request and response where version 2 of the interface keeps them.</summary>
    public const string Inputs = "mlflow.traceInputs";

    public const string Outputs = "mlflow.traceOutputs";

    /// <summary>Metadata: how many spans the trace has, and their sizes.</summary>
    public const string SizeStats = "mlflow.trace.sizeStats";

    /// <summary>Metadata: the tokens that the trace's calls of models took, as JSON.</summary>
    public const string TokenUsage = "mlflow.trace.tokenUsage";

    public const string Session = "mlflow.trace.session";

    public const string User = "mlflow.trace.user";
}
