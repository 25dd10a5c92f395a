using Microsoft.Extensions.Logging;
using Slipway.Core.Errors;
using Slipway.Core.Projects;
using Slipway.Inference;

namespace Slipway.Monitoring.Log.Rules;

/// <inheritdoc cref="IRecordingRules"/>
/// <remarks>Requests read one immutable snapshot; what projects say is read when one was applied and at the start, before anything is recorded.</remarks>
internal sealed partial class RecordingRules(MonitoringOptions options, ILogger<RecordingRules> logger, IMonitoredProjects? projects = null) : IRecordingRules
{
    private readonly RecordingRule _usual = new(options.Log.Sample, new Redaction(options.Log.Redact));
    private volatile Snapshot? _snapshot;

    /// <summary>The deployment's rule; null where everything is recorded as it is. Called by every request.</summary>
    public RecordingRule? Find(string deployment)
    {
        var snapshot = _snapshot ??= new Snapshot(_usual, []);
        return snapshot.IsPlain ? null : snapshot.Find(deployment);
    }

    /// <summary>The inputs and outputs of the deployment that are left out.</summary>
    public IReadOnlySet<string> RedactedOf(string deployment) => (Find(deployment) ?? _usual).Redaction.Names;

    public void Check(ProjectConfig project) => Refuse(RecordingChecks.Of(project, options.Log));

    public void Check(ProjectConfig project, ModelSignature signature) => Refuse(RecordingChecks.Of(project, options.Log, signature));

    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        var all = projects is null ? [] : await projects.ListAsync(cancellationToken);
        _snapshot = new Snapshot(_usual, all.GroupBy(project => project.DeploymentName()).ToDictionary(named => named.Key, named => RuleOf([.. named]), StringComparer.Ordinal));

        // Applied under other settings of the server: nobody is there to be refused, and it must not fail in silence.
        foreach (var project in all)
        {
            if (RecordingChecks.Of(project, options.Log) is { } mistake)
            {
                LogNotJudged(logger, project.DeploymentName(), mistake);
            }
        }
    }

    private static void Refuse(string? mistake)
    {
        if (mistake is not null)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, mistake);
        }
    }

    // Where several projects name a deployment, what any of them redacts is left out.
    private RecordingRule RuleOf(IReadOnlyList<ProjectConfig> named) => new(
        named.Max(project => RecordingChecks.ShareOf(project, options.Log)), new Redaction(named.SelectMany(project => RecordingChecks.RedactedOf(project, options.Log))));

    [LoggerMessage(LogLevel.Warning, "{Deployment} is not judged as its project says: {Reason}")]
    private static partial void LogNotJudged(ILogger logger, string deployment, string reason);

    private sealed class Snapshot(RecordingRule usual, Dictionary<string, RecordingRule> named)
    {
        public bool IsPlain { get; } = usual.IsPlain && named.Values.All(rule => rule.IsPlain);

        public RecordingRule? Find(string deployment) => named.GetValueOrDefault(deployment, usual) is { IsPlain: false } rule ? rule : null;
    }
}
