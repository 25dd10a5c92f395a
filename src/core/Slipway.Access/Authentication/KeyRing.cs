using System.Collections.Frozen;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Slipway.Access.Keys;
using Slipway.Core;
using Slipway.Core.Errors;

namespace Slipway.Access.Authentication;

/// <summary>
/// The keys that are not revoked, in memory: an immutable table that a change replaces. A request costs one SHA-256 and one look into it. The process owns its database (Storage), so nobody
/// else changes what stands there.
/// </summary>
internal sealed class KeyRing(ApiKeyStore store, TimeProvider time) : IDisposable
{
    private const int HashBytes = SHA256.HashSizeInBytes;

    // One reload at a time, so that an older table never replaces a newer one.
    private readonly SemaphoreSlim _loading = new(1);
    private readonly Dictionary<string, KnownKey> _own = new(StringComparer.Ordinal);

    private volatile Table _table = new([]);

    /// <summary>True when some key of the role admin is taken now.</summary>
    public bool HasAdmin => _table.ByName.Values.Any(known => known.Key.Role == Role.Admin && known.Key.IsUsable(time.GetUtcNow()));

    /// <summary>Reads the keys anew; the next request meets them.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        await _loading.WaitAsync(cancellationToken);
        try
        {
            var former = _table;
            var keys = await store.ListAsync(cancellationToken);
            _table = new Table(
            [
                .. _own.Values,
                .. keys.Where(known => known.Key.RevokedAt is null).Select(known => former.ById.GetValueOrDefault(known.Key.Id) ?? new KnownKey(known.Key, known.Hash, Gate(known.Key))),
            ]);
        }
        finally
        {
            _loading.Release();
        }
    }

    /// <summary>Makes a key for this process's own requests to itself: it is kept nowhere, and ends with the process.</summary>
    public async Task<string> IssueAsync(Actor actor, CancellationToken cancellationToken)
    {
        var secret = KeySecret.Create();
        var hash = SHA256.HashData(Encoding.ASCII.GetBytes(secret));
        var key = new ApiKey { Id = KeySecret.IdOf(hash), Name = actor.Name, Role = Role.Admin, CreatedAt = time.GetUtcNow(), CreatedBy = actor };
        await _loading.WaitAsync(cancellationToken);
        try
        {
            _own[actor.Name] = new KnownKey(key, hash, gate: null);
            _table = new Table([.. _table.ByName.Values.Where(known => known.Key.Name != actor.Name), _own[actor.Name]]);
        }
        finally
        {
            _loading.Release();
        }

        return secret;
    }

    /// <summary>The key of a secret, expired or not; null when it is not known, or revoked.</summary>
    public KnownKey? Find(ReadOnlySpan<char> secret)
    {
        Span<byte> hash = stackalloc byte[HashBytes];
        return KeySecret.TryHash(secret, hash) && _table.ByHash.TryGetValue(Short(hash), out var known) && CryptographicOperations.FixedTimeEquals(hash, known.Hash) ? known : null;
    }

    /// <summary>The key of an id, or null when it is revoked.</summary>
    public KnownKey? FindById(string id) => _table.ById.GetValueOrDefault(id);

    /// <summary>True when a key that is not revoked has this name.</summary>
    public bool HasName(string name) => _table.ByName.ContainsKey(name);

    /// <summary>True when a key that was good still is.</summary>
    public bool IsUsable(KnownKey known) => _table.ById.ContainsKey(known.Key.Id) && !IsExpired(known);

    /// <summary>Refuses a key that is revoked, has expired, or has passed its rate; else counts a request of it.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.Unauthenticated"/> or <see cref="ErrorKind.TooMany"/>.</exception>
    public void DemandUsable(KnownKey known)
    {
        if (!_table.ById.ContainsKey(known.Key.Id))
        {
            throw Unknown();
        }

        if (IsExpired(known))
        {
            throw new SlipwayException(ErrorKind.Unauthenticated, $"The key {known.Key.Name} has expired on {known.Key.ExpiresAt:yyyy-MM-dd HH:mm} UTC. Ask whoever runs this server for a new one.");
        }

        if (known.Gate is { } gate && !gate.TryPass(out var wait))
        {
            throw new SlipwayException(ErrorKind.TooMany, $"The key {known.Key.Name} may send {gate.PerSecond} requests a second, and these were more. Send them slower.") { RetryAfter = wait };
        }
    }

    public void Dispose() => _loading.Dispose();

    public static SlipwayException Unknown() => new(
        ErrorKind.Unauthenticated, "The key is not one of this server's, or was revoked. Ask whoever runs this server for one, or make one with `slipway key create`.");

    private static UInt128 Short(ReadOnlySpan<byte> hash) => MemoryMarshal.Read<UInt128>(hash);

    private bool IsExpired(KnownKey known) => known.Key.ExpiresAt is { } expires && expires <= time.GetUtcNow();

    private RateGate? Gate(ApiKey key) => key.Rate is { } rate ? new RateGate(rate, time) : null;

    /// <summary>Half a hash finds the key: who can choose that half of a SHA-256 has no need to measure how long the look took. All of it is compared then, in constant time.</summary>
    private sealed class Table(IReadOnlyList<KnownKey> keys)
    {
        public FrozenDictionary<UInt128, KnownKey> ByHash { get; } = keys.ToFrozenDictionary(known => Short(known.Hash));

        public FrozenDictionary<string, KnownKey> ById { get; } = keys.ToFrozenDictionary(known => known.Key.Id, StringComparer.Ordinal);

        public FrozenDictionary<string, KnownKey> ByName { get; } = keys.ToFrozenDictionary(known => known.Key.Name, StringComparer.Ordinal);
    }
}
