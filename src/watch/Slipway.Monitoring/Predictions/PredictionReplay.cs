using System.Text.Json.Serialization;

namespace Slipway.Monitoring.Predictions;

/// <summary>What another version makes of the same inputs.</summary>
public sealed record PredictionReplay
{
    /// <summary>The prediction.</summary>
    public required string Id { get; init; }

    /// <summary>The deployment.</summary>
    public required string Deployment { get; init; }

    /// <summary>The version that had answered.</summary>
    public required string Version { get; init; }

    /// <summary>The version that scored now.</summary>
    public required string ReplayedWith { get; init; }

    /// <summary>What that one is in the deployment; absent where it was loaded for this only.</summary>
    public string? ReplayedRole { get; init; }

    /// <summary>The model's run then, in microseconds, with all that shared it; absent where the log has none.</summary>
    public double? RunUs { get; init; }

    /// <summary>The model's run now, for these rows, in microseconds.</summary>
    public required double ReplayedRunUs { get; init; }

    /// <summary>How many rows of the request the log has; at most <see cref="IPredictions.MaxRows"/> of them are scored.</summary>
    public required int RowCount { get; init; }

    /// <summary>The rows.</summary>
    public required IReadOnlyList<ReplayedRow> Rows { get; init; }
}

/// <summary>One row, then and now.</summary>
/// <param name="Id">The prediction's id.</param>
/// <param name="Outputs">The outputs of both versions: those of the one that had answered first.</param>
public sealed record ReplayedRow(string Id, IReadOnlyList<ReplayedOutput> Outputs);

/// <summary>An output, then and now.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type; absent where neither version is known.</param>
/// <param name="Logged">What had been answered; null where there is none.</param>
/// <param name="Replayed">What the other version says; null where it has no such output.</param>
/// <param name="Difference">Replayed minus logged, for numbers, element by element; absent for anything else.</param>
public sealed record ReplayedOutput(
    string Name,
    string? Type,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] object? Logged,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] object? Replayed,
    object? Difference);
