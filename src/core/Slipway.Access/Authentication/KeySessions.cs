using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Slipway.Access.Authentication;

/// <summary>
/// Who is signed in to the console. A session is a random text in a cookie, kept here by its SHA-256, and stands for a key for half a day at most: the key itself is in no cookie, and its end is
/// the session's. They are in memory: a restart signs everybody out.
/// </summary>
internal sealed class KeySessions(KeyRing ring, TimeProvider time)
{
    public const string Cookie = "slipway-session";

    /// <summary>The most people who are signed in; the one who came first goes.</summary>
    public const int Most = 1000;

    /// <summary>How long a session lasts.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromHours(12);

    private const int TokenBytes = 32;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (string KeyId, DateTimeOffset Until)> _sessions = new(StringComparer.Ordinal);

    /// <summary>Begins a session and returns the cookie's value.</summary>
    public string Begin(KnownKey key)
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));
        var now = time.GetUtcNow();
        lock (_gate)
        {
            foreach (var ended in _sessions.Where(session => session.Value.Until <= now).Select(session => session.Key).ToArray())
            {
                _sessions.Remove(ended);
            }

            if (_sessions.Count >= Most)
            {
                _sessions.Remove(_sessions.MinBy(session => session.Value.Until).Key);
            }

            _sessions[HashOf(token)] = (key.Key.Id, now + Life);
        }

        return token;
    }

    /// <summary>The key of a cookie; null when there is no session, or its key has ended.</summary>
    public KnownKey? Find(HttpContext context) => context.Request.Cookies.TryGetValue(Cookie, out var token) ? Find(token) : null;

    /// <inheritdoc cref="Find(HttpContext)"/>
    public KnownKey? Find(string token)
    {
        lock (_gate)
        {
            return _sessions.TryGetValue(HashOf(token), out var session) && time.GetUtcNow() < session.Until && ring.FindById(session.KeyId) is { } known && ring.IsUsable(known) ? known : null;
        }
    }

    public void End(string token)
    {
        lock (_gate)
        {
            _sessions.Remove(HashOf(token));
        }
    }

    private static string HashOf(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
