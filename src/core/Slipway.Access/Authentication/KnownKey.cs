using Slipway.Access.Keys;

namespace Slipway.Access.Authentication;

/// <summary>A key as requests meet it.</summary>
internal sealed class KnownKey
{
    public KnownKey(ApiKey key, byte[] hash, RateGate? gate)
    {
        (Key, Hash, Gate) = (key, hash, gate);
        Caller = new Caller(new Core.Actor(key.Name), key.Role, IsAuthenticated: true) { Scope = key.Scope, Key = this };
    }

    public ApiKey Key { get; }

    public byte[] Hash { get; }

    public RateGate? Gate { get; }

    /// <summary>Who comes with it: one object for all requests.</summary>
    public Caller Caller { get; }
}
