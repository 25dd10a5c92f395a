using System.Text.Json.Nodes;

namespace Slipway.Demo;

/// <summary>What happened, as <c>slipway demo --json</c> writes it.</summary>
/// <param name="Demo">The sample's deployment.</param>
/// <param name="Ok">True when every stage went well and every answer was right.</param>
/// <param name="Seconds">How long it took, from the server's start on.</param>
/// <param name="Stages">data, train, validate, register, deploy, serve.</param>
/// <param name="Requests">Requests that were sent.</param>
/// <param name="Failed">Requests that were not answered, or answered wrongly.</param>
/// <param name="Console">The console's address.</param>
internal sealed record DemoReport(string Demo, bool Ok, double Seconds, IReadOnlyList<DemoStage> Stages, int Requests, int Failed, string Console);

/// <summary>One stage of the demo.</summary>
internal sealed record DemoStage(string Stage, bool Ok, double Seconds, JsonObject Facts)
{
    /// <summary>What happened, for people.</summary>
    public string Sentence { get; init; } = "";
}
