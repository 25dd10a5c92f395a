using System.Text.Json.Nodes;

namespace Slipway.Demo;

/// <summary>What happened, as <c>slipway demo --json</c> writes it.</summary>
/// <param name="Demo">The sample's deployment.</param>
/// <param name="Ok">True when every stage went well and every answer was right.</param>
/// <param name="Seconds">How long it took, from the server's start on.</param>
/// <param name="Stages">data, train, validate, register, deploy, serve, monitor, retrain, rollout.</param>
/// <param name="Requests">Requests that were sent.</param>
/// <param name="Failed">Requests that were not answered, or answered wrongly.</param>
/// <param name="Console">The console's address.</param>
internal sealed record DemoReport(string Demo, bool Ok, double Seconds, IReadOnlyList<DemoStage> Stages, int Requests, int Failed, string Console)
{
    /// <summary>The error (the watched metric, over a window) of the first version just before it was replaced; null when it was not.</summary>
    public double? ErrorBefore { get; init; }

    /// <summary>The error of the version that followed it, over a window of its own.</summary>
    public double? ErrorAfter { get; init; }

    /// <summary>The version that the system made and promoted, such as 1.0.1.</summary>
    public string? Promoted { get; init; }

    /// <summary>The version that was taken back, such as 1.0.2.</summary>
    public string? RolledBack { get; init; }
}

/// <summary>One stage of the demo.</summary>
internal sealed record DemoStage(string Stage, bool Ok, double Seconds, JsonObject Facts)
{
    /// <summary>What happened, for people.</summary>
    public string Sentence { get; init; } = "";
}
