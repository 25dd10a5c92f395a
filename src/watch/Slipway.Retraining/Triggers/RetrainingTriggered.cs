using System.Text.Json.Nodes;
using Slipway.Core;
using Slipway.Storage.Events;

namespace Slipway.Retraining.Triggers;

/// <summary>The conditions of a retraining were met, and a run of the pipeline began.</summary>
/// <param name="Model">The model.</param>
/// <param name="Deployment">The deployment whose conditions were judged.</param>
/// <param name="Run">The run's id.</param>
/// <param name="At">The deployment's own now: what the run learns as of.</param>
/// <param name="Sentence">Why, for people.</param>
/// <param name="Conditions">What came true, with its evidence.</param>
/// <param name="Actor">The policy.</param>
public sealed record RetrainingTriggered(
    string Model, string Deployment, string Run, DateTimeOffset At, string Sentence, IReadOnlyList<MetCondition> Conditions, Actor Actor) : IEvent
{
    /// <inheritdoc/>
    public string Subject => $"project/{Model}";
}

/// <summary>A condition of retraining that has come true.</summary>
/// <param name="Condition"><c>drift</c>, <c>performance</c>, <c>schedule</c> or <c>newLabels</c>.</param>
/// <param name="Sentence">One sentence for people: the alert's, where there is one.</param>
/// <param name="At">When, in event time.</param>
/// <param name="Version">The version that an alert is about; null for the others.</param>
/// <param name="Evidence">The numbers behind the sentence, or null.</param>
public sealed record MetCondition(string Condition, string Sentence, DateTimeOffset At, string? Version, JsonObject? Evidence);
