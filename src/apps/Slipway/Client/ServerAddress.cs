namespace Slipway.Client;

/// <summary>Where a server is, and who asks.</summary>
/// <param name="Url">Its address; null takes <c>SLIPWAY_SERVER</c>, or the usual one.</param>
/// <param name="Key">The key to show; null takes <c>SLIPWAY_KEY</c>, or none.</param>
internal sealed record ServerAddress(string? Url, string? Key)
{
    /// <summary>What help shows for a default; never the key.</summary>
    public override string ToString() => Url ?? "SLIPWAY_SERVER, or http://127.0.0.1:5080";
}
