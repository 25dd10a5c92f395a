using Slipway.Core.Projects;
using Slipway.Inference;
using Slipway.Inference.Tensors;

namespace Slipway.Monitoring.Log.Rules;

/// <summary>What a project asks for that cannot be, given what is recorded; in one sentence, or null.</summary>
internal static class RecordingChecks
{
    /// <summary>The share that holds: the project's, else the server's.</summary>
    public static double ShareOf(ProjectConfig project, PredictionLogOptions server) => project.Monitor.Log.Sample ?? server.Sample;

    /// <summary>What is left out: what the project names, and what the server does.</summary>
    public static IEnumerable<string> RedactedOf(ProjectConfig project, PredictionLogOptions server) => project.Monitor.Log.Redact.Concat(server.Redact);

    /// <summary>What the project alone tells.</summary>
    public static string? Of(ProjectConfig project, PredictionLogOptions server)
    {
        if (ShareOf(project, server) == 0 && Asked(project) is { } asked)
        {
            var off = project.Monitor.Log.Sample is null ? "the server's monitoring.log.sample" : "monitor.log.sample";
            return $"{asked} is judged by recorded predictions, and {off} is 0, which records none. Record a share with monitor.log.sample, or remove {asked}.";
        }

        var redaction = new Redaction(RedactedOf(project, server));
        return Hidden(project.Data?.Segments, "data.segments") ?? Hidden(project.Deploy?.Segments, "deploy.segments");

        string? Hidden(IReadOnlyList<string>? segments, string key) => (segments ?? []).FirstOrDefault(redaction.Hides) is { } hidden
            ? $"{key} judges '{hidden}' apart, and {Where(project, hidden)} keeps it out of what is recorded. Remove it from one of the two."
            : null;
    }

    /// <summary>What its model tells.</summary>
    public static string? Of(ProjectConfig project, PredictionLogOptions server, ModelSignature signature)
    {
        string[] known = [.. signature.Inputs.Select(input => input.Name), .. signature.Outputs.Select(output => output.Name)];
        if (project.Monitor.Log.Redact.FirstOrDefault(name => name != Redaction.StickyKey && !IsSegment(name) && !known.Contains(name)) is { } unknown)
        {
            return $"monitor.log.redact names '{unknown}', which the model does not have. It has {string.Join(", ", known)}; a request's segments are written segment:NAME, and its key {Redaction.StickyKey}.";
        }

        // The first output of floats holds the scores, for windows and rollouts alike.
        var score = signature.Outputs.FirstOrDefault(output => output.Type is TensorType.Float32 or TensorType.Float64)?.Name;
        return score is not null && new Redaction(RedactedOf(project, server)).Names.Contains(score) && Judged(project) is { } judged
            ? $"{judged} compares outcomes with the output '{score}', and {Where(project, score)} keeps it out of what is recorded. Remove one of the two."
            : null;
    }

    private static bool IsSegment(string name) => name.StartsWith(Redaction.Segment, StringComparison.Ordinal) && name.Length > Redaction.Segment.Length;

    private static string Where(ProjectConfig project, string name) =>
        new Redaction(project.Monitor.Log.Redact).Hides(name) ? "monitor.log.redact" : "the server's monitoring.log.redact";

    // What was asked for by name and rests on anything that is recorded.
    private static string? Asked(ProjectConfig project) => Judged(project) ?? (project switch
    {
        { Monitor.Latency.Count: > 0 } => "monitor.latency",
        { Retrain.NewLabels: not null } => "retrain.when.newLabels",
        { Deploy.Steps.Count: > 0 } => "deploy.strategy: canary",
        { Retrain.Drift: true } => "retrain.when.drift",
        _ => null,
    });

    // What was asked for by name and rests on outcomes.
    private static string? Judged(ProjectConfig project) => project switch
    {
        { Monitor.Metric: not null } => "monitor.performance",
        { Retrain.Performance: true } => "retrain.when.performance",
        _ when project.Deploy is { } deploy && (deploy.Steps.Count > 0 || project.Retrain?.Then == "canary") && deploy.Guardrails.Any(g => g.Metric != "error_rate") => "deploy.guardrails",
        _ => null,
    };
}
