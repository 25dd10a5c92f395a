using Slipway.Access.Keys;

namespace Slipway.Client;

/// <summary>The keys of a server that runs.</summary>
internal sealed class KeysAtServer(SlipwayClient client) : IKeyKeeper
{
    public Task<CreatedKey> CreateAsync(WantedKey wanted, CancellationToken cancellationToken) => client.PostAsync<CreatedKey>("/api/v1/keys", wanted, cancellationToken);

    public Task<IReadOnlyList<ApiKey>> ListAsync(CancellationToken cancellationToken) => client.GetAsync<IReadOnlyList<ApiKey>>("/api/v1/keys", cancellationToken);

    // A key itself does not travel in an address, which others may log.
    public Task<ApiKey> RevokeAsync(string key, CancellationToken cancellationToken) =>
        client.PostAsync<ApiKey>($"/api/v1/keys/{Uri.EscapeDataString(KeySecret.FindId(key) ?? key)}/revoke", new { }, cancellationToken);
}
