namespace Slipway.Registry.Endpoints;

/// <summary>What may come with a decision.</summary>
/// <param name="Reason">Why, for the history.</param>
internal sealed record DecisionRequest(string? Reason);
