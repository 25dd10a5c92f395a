using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Slipway.Access;
using Slipway.Access.Authentication;

namespace Slipway.Core.Tests.Access;

public sealed class TokenTests : IAsyncLifetime
{
    private readonly Issuer _issuer = new();
    private KeyServer _server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _issuer.StartAsync(Cancel);
        _server = await KeyServer.StartAsync(Cancel, Options());
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    [Theory]
    [InlineData("RS256")]
    [InlineData("PS512")]
    [InlineData("ES256")]
    public async Task A_token_of_the_issuer_is_somebody_with_a_role(string algorithm)
    {
        var token = Token(algorithm: algorithm);

        Assert.Equal((HttpStatusCode.OK, "alice@example.org"), await WhoAsync(token));
        Assert.Equal(HttpStatusCode.OK, await MayAsync(token, Permission.Deploy));
        Assert.Equal(HttpStatusCode.Forbidden, await MayAsync(token, Permission.Approve));
        Assert.Equal(1, _issuer.Asked);
    }

    [Fact]
    public async Task A_forged_token_an_unsigned_one_and_one_by_a_shared_secret_are_refused()
    {
        using var other = RSA.Create(2048);
        var good = Token();
        var parts = good.Split('.');

        // The public key as a shared secret: the old trick.
        var confused = Token(key: new SymmetricSecurityKey(_issuer.Rsa.ExportSubjectPublicKeyInfo()), algorithm: "HS256");
        foreach (var token in new[]
        {
            Token(key: new RsaSecurityKey(other) { KeyId = Issuer.RsaId }),
            Token(key: new RsaSecurityKey(other) { KeyId = "unknown" }),
            confused,
            $"{Base64UrlEncoder.Encode("{\"alg\":\"none\",\"typ\":\"JWT\"}")}.{parts[1]}.",
            $"{Base64UrlEncoder.Encode("{\"alg\":\"none\",\"typ\":\"JWT\"}")}.{parts[1]}.{parts[2]}",
            $"{parts[0]}.{Base64UrlEncoder.Encode(Base64UrlEncoder.Decode(parts[1]).Replace("developers", "administrators", StringComparison.Ordinal))}.{parts[2]}",
            $"{parts[0]}.{parts[1]}.",
            $"{parts[0]}.{parts[1]}.AAAA",
            "ey..",
            $"ey{new string('a', 20_000)}.b.c",
        })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await WhoAsync(token)).Status);
        }

        Assert.Equal(HttpStatusCode.OK, (await WhoAsync(good)).Status);
    }

    [Fact]
    public async Task A_token_counts_in_its_time_give_or_take_a_minute()
    {
        var token = Token(life: TimeSpan.FromMinutes(10));
        var early = Token(begins: TimeSpan.FromMinutes(5));
        var soon = Token(begins: TimeSpan.FromSeconds(59));

        Assert.Equal(HttpStatusCode.Unauthorized, (await WhoAsync(early)).Status);
        Assert.Equal(HttpStatusCode.OK, (await WhoAsync(soon)).Status);
        _server.Time.Advance(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(59));
        Assert.Equal(HttpStatusCode.OK, (await WhoAsync(token)).Status);

        // It was kept a moment ago, and ends all the same.
        _server.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((HttpStatusCode.Unauthorized, true), await ToldAsync(token, "it has expired"));
    }

    [Fact]
    public async Task A_token_for_another_service_of_another_issuer_or_without_an_end_is_refused()
    {
        Assert.Equal((HttpStatusCode.Unauthorized, true), await ToldAsync(Token(audience: "payroll"), "for another service"));
        Assert.Equal((HttpStatusCode.Unauthorized, true), await ToldAsync(Token(issuer: "https://evil.example"), "of another issuer"));
        Assert.Equal((HttpStatusCode.Unauthorized, true), await ToldAsync(Token(endless: true), "it has no end"));
    }

    [Fact]
    public async Task A_token_without_a_role_here_is_known_but_may_nothing() =>
        Assert.Equal((HttpStatusCode.Forbidden, true), await ToldAsync(Token(roles: new List<string> { "guests" }), "gives no role here"));

    [Fact]
    public async Task Of_several_roles_the_first_of_the_settings_holds()
    {
        Assert.Equal(HttpStatusCode.OK, await MayAsync(Token(roles: new List<string> { "readers", "developers", "administrators" }), Permission.Administer));
        Assert.Equal(HttpStatusCode.OK, await MayAsync(Token(roles: "readers"), Permission.Read));
    }

    [Theory]
    [InlineData("viewer-key")]
    [InlineData("policy")]
    [InlineData("")]
    [InlineData("a\nb")]
    public async Task A_token_cannot_pass_for_a_key_or_for_Slipway_in_the_history(string name) =>
        Assert.Equal(HttpStatusCode.Unauthorized, (await WhoAsync(Token(name: name))).Status);

    [Fact]
    public async Task Keys_are_taken_beside_tokens()
    {
        Assert.Equal((HttpStatusCode.OK, "viewer-key"), await WhoAsync(_server.Secret(Role.Viewer)));
    }

    [Fact]
    public async Task A_claim_inside_another_gives_roles_too()
    {
        await using var server = await KeyServer.StartAsync(Cancel, Options() with { RolesClaim = "realm_access.roles", NameClaim = "sub" });
        using var client = server.Client(Token());

        Assert.Equal("u-17", await client.GetStringAsync("/who", Cancel));
    }

    [Fact]
    public async Task An_issuer_that_does_not_answer_is_said_to_and_keys_go_on()
    {
        await using var server = await KeyServer.StartAsync(Cancel, Options() with { Issuer = "http://127.0.0.1:9" });
        using var client = server.Client(Token());

        using var response = await client.GetAsync("/who", Cancel);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        using var viewer = server.Client(server.Secret(Role.Viewer));
        Assert.Equal(HttpStatusCode.OK, (await viewer.GetAsync("/who", Cancel)).StatusCode);
    }

    [Fact]
    public async Task Where_tokens_can_give_the_role_admin_no_key_is_needed_to_start()
    {
        await _server.Keys.RevokeAsync("admin-key", Actor.Local, Cancel);

        await _server.Services.OpenAccessAsync(Cancel);
    }

    private OidcOptions Options() => new()
    {
        Issuer = _issuer.Address,
        Audience = "slipway",
        Roles = [new("administrators", Role.Admin), new("developers", Role.Developer), new("readers", Role.Viewer)],
    };

    private string Token(
        SecurityKey? key = null, string algorithm = "RS256", string audience = "slipway", string? issuer = null, object? roles = null, string name = "alice@example.org", TimeSpan? life = null, TimeSpan begins = default, bool endless = false)
    {
        var now = new DateTimeOffset(2026, 5, 3, 14, 0, 0, TimeSpan.Zero);
        var claims = new Dictionary<string, object>
        {
            ["iss"] = issuer ?? _issuer.Address,
            ["aud"] = audience,
            ["sub"] = "u-17",
            ["preferred_username"] = name,
            ["roles"] = roles ?? new[] { "developers" },
            ["realm_access"] = new Dictionary<string, object> { ["roles"] = new[] { "readers" } },
            ["nbf"] = (now + begins).ToUnixTimeSeconds(),
        };
        if (!endless)
        {
            claims["exp"] = (now + (life ?? TimeSpan.FromHours(1))).ToUnixTimeSeconds();
        }

        key ??= algorithm.StartsWith("ES", StringComparison.Ordinal) ? _issuer.EcKey : _issuer.RsaKey;
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor { Claims = claims, SigningCredentials = new SigningCredentials(key, algorithm) });
    }

    private async Task<(HttpStatusCode Status, string Name)> WhoAsync(string token)
    {
        using var client = _server.Client(token);
        using var response = await client.GetAsync("/who", Cancel);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Cancel));
    }

    private async Task<(HttpStatusCode Status, bool Told)> ToldAsync(string token, string part)
    {
        var (status, text) = await WhoAsync(token);
        return (status, text.Contains(part, StringComparison.Ordinal));
    }

    private async Task<HttpStatusCode> MayAsync(string token, Permission permission)
    {
        using var client = _server.Client(token);
        using var response = await client.PostAsync($"/may/{permission}", null, Cancel);
        return response.StatusCode;
    }

    /// <summary>A tiny issuer on the loopback: a discovery document and its keys.</summary>
    private sealed class Issuer : IAsyncDisposable
    {
        public const string RsaId = "rsa-1";

        private readonly ECDsa _ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        private readonly WebApplication _app;

        public Issuer()
        {
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.Services.AddRoutingCore();
            builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
            _app = builder.Build();
            _app.MapGet("/.well-known/openid-configuration", () =>
            {
                Asked++;
                return Results.Json(new { issuer = Address, jwks_uri = $"{Address}/keys" });
            });
            _app.MapGet("/keys", () =>
            {
                var rsa = JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(Rsa.ExportParameters(false)) { KeyId = RsaId });
                var ec = JsonWebKeyConverter.ConvertFromECDsaSecurityKey(new ECDsaSecurityKey(_ec) { KeyId = "ec-1" });
                return Results.Json(new
                {
                    keys = new object[]
                    {
                        new { kty = "RSA", kid = RsaId, use = "sig", n = rsa.N, e = rsa.E },
                        new { kty = "EC", kid = "ec-1", use = "sig", crv = ec.Crv, x = ec.X, y = ec.Y },
                    },
                });
            });
        }

        public RSA Rsa { get; } = RSA.Create(2048);

        public RsaSecurityKey RsaKey => new(Rsa) { KeyId = RsaId };

        public ECDsaSecurityKey EcKey => new(_ec) { KeyId = "ec-1" };

        public int Asked { get; private set; }

        public string Address => _app.Urls.Single();

        public Task StartAsync(CancellationToken cancellationToken) => _app.StartAsync(cancellationToken);

        public async ValueTask DisposeAsync()
        {
            await _app.DisposeAsync();
            Rsa.Dispose();
            _ec.Dispose();
        }
    }
}
