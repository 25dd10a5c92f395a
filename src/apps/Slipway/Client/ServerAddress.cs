namespace Slipway.Client;

/// <summary>Where a server is, and who asks.</summary>
/// <param name="Url">Its address; null takes <c>SLIPWAY_SERVER</c>, or the usual one.</param>
/// <param name="Key">The key to show; null takes <c>SLIPWAY_KEY</c>, or none.</param>
internal sealed record ServerAddress(string? Url, string? Key);
