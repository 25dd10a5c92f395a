using System.Security.Cryptography;
using System.Text;
using Slipway.Access.Authentication;
using Slipway.Access.Scopes;
using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Core.Names;

namespace Slipway.Access.Keys;

/// <inheritdoc cref="IApiKeys"/>
internal sealed class ApiKeys(ApiKeyStore store, KeyRing ring, TimeProvider time) : IApiKeys
{
    private const int MaxNames = 100;
    private const int MaxRate = 1_000_000;

    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(3650);

    public async Task<CreatedKey> CreateAsync(KeyRequest request, Actor actor, CancellationToken cancellationToken)
    {
        var scope = new Scope(Names(request.Projects, "project"), Names(request.Deployments, "deployment"));
        var now = time.GetUtcNow();
        var secret = KeySecret.Create();
        var hash = SHA256.HashData(Encoding.ASCII.GetBytes(secret));
        var key = new ApiKey
        {
            Id = KeySecret.IdOf(hash),
            Name = KeyName.Check(request.Name),
            Role = Enum.IsDefined(request.Role) ? request.Role : throw new SlipwayException(ErrorKind.InvalidInput, $"There is no role {request.Role}. The roles are {Roles.All}."),
            Scope = request.Role == Role.Admin && !scope.IsEverything
                ? throw new SlipwayException(ErrorKind.InvalidInput, "The role admin changes the server itself, so it cannot be limited to a project or a deployment. Choose another role, or no limit.")
                : scope,
            Rate = request.Rate is null or (>= 1 and <= MaxRate) ? request.Rate : throw new SlipwayException(ErrorKind.InvalidInput, $"The rate is {request.Rate}; it may be 1 to {MaxRate} requests a second."),
            CreatedAt = now,
            CreatedBy = actor,
            ExpiresAt = request.Lifetime switch
            {
                null => null,
                { } life when life > TimeSpan.Zero && life <= LongestLife => now + life,
                _ => throw new SlipwayException(ErrorKind.InvalidInput, $"A key may last longer than 0 and at most {LongestLife.TotalDays:0} d."),
            },
        };

        if (!await store.TryAddAsync(key, hash, cancellationToken))
        {
            throw new SlipwayException(ErrorKind.Conflict, $"There is a key {key.Name} already. Choose another name, or revoke that one first: `slipway key revoke {key.Name}`.");
        }

        await ReloadAsync();
        return new CreatedKey(key, secret);
    }

    public async Task<IReadOnlyList<ApiKey>> ListAsync(CancellationToken cancellationToken) => [.. (await store.ListAsync(cancellationToken)).Select(known => known.Key)];

    public async Task<ApiKey> RevokeAsync(string nameOrId, Actor actor, CancellationToken cancellationToken)
    {
        // Who finds a key where it should not be may revoke it by itself.
        nameOrId = KeySecret.FindId(nameOrId) ?? nameOrId;
        var keys = await ListAsync(cancellationToken);

        // A name may have been another key's before; the one that is taken now is meant. An id is one key's for ever.
        var key = keys.FirstOrDefault(k => k.Name == nameOrId && k.RevokedAt is null) ?? keys.FirstOrDefault(k => k.Id == nameOrId) ?? keys.FirstOrDefault(k => k.Name == nameOrId)
            ?? throw new SlipwayException(ErrorKind.NotFound, $"There is no key '{KeySecret.Redact(nameOrId)}'. `slipway key list` shows those there are.");
        var now = time.GetUtcNow();
        if (key.RevokedAt is not null || !await store.TryRevokeAsync(key, actor, now, cancellationToken))
        {
            throw new SlipwayException(ErrorKind.Conflict, $"The key {key.Name} ({key.Id}) is revoked already.");
        }

        await ReloadAsync();
        return key with { RevokedAt = now, RevokedBy = actor };
    }

    // The change is made by now: whoever gives up waiting must not keep it from holding.
    private Task ReloadAsync() => ring.LoadAsync(CancellationToken.None);

    private static string[] Names(IReadOnlyList<string> names, string what) => names.Count <= MaxNames
        ? [.. names.Select(name => ResourceName.Check(name, what)).Distinct(StringComparer.Ordinal)]
        : throw new SlipwayException(ErrorKind.InvalidInput, $"A key may be limited to at most {MaxNames} {what}s.");
}
