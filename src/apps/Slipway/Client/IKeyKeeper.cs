using Slipway.Access.Keys;

namespace Slipway.Client;

/// <summary>The keys, wherever they are.</summary>
internal interface IKeyKeeper
{
    Task<CreatedKey> CreateAsync(WantedKey wanted, CancellationToken cancellationToken);

    Task<IReadOnlyList<ApiKey>> ListAsync(CancellationToken cancellationToken);

    Task<ApiKey> RevokeAsync(string key, CancellationToken cancellationToken);
}

/// <summary>A key as somebody asks for it, and as a server is asked.</summary>
internal sealed record WantedKey(string Name, string Role, IReadOnlyList<string> Projects, IReadOnlyList<string> Deployments, string? Expires, int? Rate);
