using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using Slipway.Access.Keys;
using Slipway.Core;
using Slipway.Core.Errors;

namespace Slipway.Access.Authentication;

/// <summary>
/// Takes the bearer tokens of an OpenID Connect issuer: signed by one of the keys that its discovery document names (kept, and read again when a key is not among them), for our audience, in
/// their time. Only signatures of a pair of keys count: with a shared secret, or without a signature, anybody could have made it.
/// </summary>
internal sealed class OidcTokens : IDisposable
{
    private const int LongestToken = 16 << 10;
    private const int LongestName = 256;
    private const int MaxKept = 4096;

    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(60);

    // A signature costs a hundred times a key's look-up, and predictions come with one too. A token is looked at again each minute.
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(60);

    private readonly OidcOptions _options;
    private readonly KeyRing _ring;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;
    private readonly ConfigurationManager<OpenIdConnectConfiguration> _issuer;
    private readonly TokenValidationParameters _rules;
    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = LongestToken };
    private readonly ConcurrentDictionary<string, (Caller Caller, DateTimeOffset Until)> _kept = new(StringComparer.Ordinal);

    public OidcTokens(OidcOptions options, KeyRing ring, TimeProvider time)
    {
        (_options, _ring, _time) = (options, ring, time);

        // The operator's own address, so not by the door for addresses that users gave; but it leads nowhere else.
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(5) })
        {
            Timeout = TimeSpan.FromSeconds(10),
            MaxResponseContentBufferSize = 1 << 20,
        };
        _issuer = new ConfigurationManager<OpenIdConnectConfiguration>(
            $"{options.Issuer.TrimEnd('/')}/.well-known/openid-configuration",
            new OpenIdConnectConfigurationRetriever(),
            new HttpDocumentRetriever(_http) { RequireHttps = options.Issuer.StartsWith("https:", StringComparison.OrdinalIgnoreCase) });
        _rules = new TokenValidationParameters
        {
            ConfigurationManager = _issuer,
            ValidIssuer = options.Issuer,
            ValidAudience = options.Audience,
            ValidAlgorithms =
            [
                SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
                SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
                SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
            ],
            LifetimeValidator = IsInItsTime,
        };
    }

    /// <summary>True for a text that has the form of a signed token.</summary>
    public static bool IsToken(ReadOnlySpan<char> text) => text.StartsWith("ey", StringComparison.Ordinal) && text.Count('.') == 2;

    /// <summary>Who a token is of.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.Unauthenticated"/>, with the reason; <see cref="ErrorKind.Forbidden"/>: it gives no role here; <see cref="ErrorKind.Unavailable"/>: the issuer cannot be asked.</exception>
    public async ValueTask<Caller> AuthenticateAsync(string token, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var digest = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
        if (_kept.TryGetValue(digest, out var kept) && now < kept.Until)
        {
            return kept.Caller;
        }

        await DemandIssuerAsync(cancellationToken);
        var result = await _handler.ValidateTokenAsync(token, _rules);
        if (!result.IsValid || result.SecurityToken is not JsonWebToken read)
        {
            throw new SlipwayException(ErrorKind.Unauthenticated, $"The token is not taken: {Reason(result.Exception)}.");
        }

        var caller = CallerOf(read);
        if (_kept.Count >= MaxKept)
        {
            _kept.Clear();
        }

        var ends = new DateTimeOffset(read.ValidTo, TimeSpan.Zero) + Skew;
        caller = caller with { Until = ends };
        _kept[digest] = (caller, ends < now + Kept ? ends : now + Kept);
        return caller;
    }

    public void Dispose() => _http.Dispose();

    private async Task DemandIssuerAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _issuer.GetConfigurationAsync(cancellationToken);
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new SlipwayException(ErrorKind.Unavailable, $"The token cannot be verified now: the issuer {_options.Issuer} does not answer. Try again later, or use a key.", e);
        }
    }

    private bool IsInItsTime(DateTime? notBefore, DateTime? expires, SecurityToken token, TokenValidationParameters rules)
    {
        var now = _time.GetUtcNow().UtcDateTime;
        if (expires is not { } end)
        {
            throw new SecurityTokenNoExpirationException();
        }

        if (end + Skew <= now)
        {
            throw new SecurityTokenExpiredException();
        }

        return notBefore is not { } begin || begin - Skew <= now ? true : throw new SecurityTokenNotYetValidException();
    }

    private Caller CallerOf(JsonWebToken token)
    {
        using var payload = JsonDocument.Parse(Base64Url.DecodeFromChars(token.EncodedPayload));
        var name = Find(payload.RootElement, _options.NameClaim) is { ValueKind: JsonValueKind.String } found ? found.GetString()!.Trim() : "";
        if (name.Length is 0 or > LongestName || name.Any(char.IsControl))
        {
            throw new SlipwayException(ErrorKind.Unauthenticated, $"The token's claim {_options.NameClaim} names nobody, and what is done here is kept under that name. The setting auth.oidc.nameClaim chooses another claim.");
        }

        // The history must not take one for the other.
        if (KeyName.IsReserved(name) || _ring.HasName(name))
        {
            throw new SlipwayException(ErrorKind.Unauthenticated, $"The token's name '{name}' is that of a key here, or of Slipway itself. Revoke that key, or choose another claim with auth.oidc.nameClaim.");
        }

        var values = Find(payload.RootElement, _options.RolesClaim) switch
        {
            { ValueKind: JsonValueKind.String } one => [one.GetString()!],
            { ValueKind: JsonValueKind.Array } several => several.EnumerateArray().Where(v => v.ValueKind == JsonValueKind.String).Select(v => v.GetString()!).ToHashSet(StringComparer.Ordinal),
            _ => new HashSet<string>(),
        };
        return _options.Roles.FirstOrDefault(role => values.Contains(role.Value)) is { } given
            ? new Caller(new Actor(name), given.Role, IsAuthenticated: true)
            : throw new SlipwayException(ErrorKind.Forbidden, $"The token of {name} gives no role here: its claim {_options.RolesClaim} has none of the values of auth.oidc.roles.");
    }

    // By its whole name first: some issuers name claims by addresses, which have dots.
    private static JsonElement? Find(JsonElement claims, string name)
    {
        if (claims.TryGetProperty(name, out var whole))
        {
            return whole;
        }

        foreach (var part in name.Split('.'))
        {
            if (claims.ValueKind != JsonValueKind.Object || !claims.TryGetProperty(part, out claims))
            {
                return null;
            }
        }

        return claims;
    }

    private static string Reason(Exception? exception) => exception switch
    {
        SecurityTokenExpiredException => "it has expired",
        SecurityTokenNotYetValidException => "its time has not begun",
        SecurityTokenNoExpirationException => "it has no end",
        SecurityTokenInvalidAudienceException => "it is for another service (its audience is not auth.oidc.audience)",
        SecurityTokenInvalidIssuerException => "it is of another issuer than auth.oidc.issuer",
        SecurityTokenInvalidAlgorithmException => "it is not signed with RS, PS or ES",
        SecurityTokenMalformedException or ArgumentException => "it is no signed JSON Web Token",
        _ => "its signature is by none of the issuer's keys",
    };
}
