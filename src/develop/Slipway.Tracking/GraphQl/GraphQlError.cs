namespace Slipway.Tracking.GraphQl;

/// <summary>What is wrong with a query, in a sentence for people.</summary>
internal sealed class GraphQlError(string message) : Exception(message);
