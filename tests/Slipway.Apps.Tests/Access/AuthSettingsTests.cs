using System.Net;
using Microsoft.Extensions.Logging;
using Slipway.Access;
using Slipway.Access.Authentication;
using Slipway.Core.Errors;
using Slipway.Server;

namespace Slipway.Apps.Tests.Access;

public sealed class AuthSettingsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-auth-settings-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void With_authentication_other_machines_may_reach_the_server()
    {
        Assert.True(Read("http: 0.0.0.0:5080\nauth: true\n").Auth);
        Assert.True(Read("http: 0.0.0.0:5080\nauth: { enabled: true }\n").Auth);
        Assert.True(Read("http: 0.0.0.0:5080\n", ("auth", "True")).Auth);
        Assert.False(Read("").Auth);
        var refused = Assert.Throws<SlipwayException>(() => Read("http: 0.0.0.0:5080\n"));
        Assert.Contains("Add --auth", Assert.Single(refused.Details), StringComparison.Ordinal);
    }

    [Fact]
    public void A_project_far_away_still_runs_no_command_of_its_own() => Assert.False(Read("http: 0.0.0.0:5080\nauth: true\n").AllowCommands);

    [Fact]
    public void An_issuer_is_read_with_its_roles_in_their_order()
    {
        var oidc = Read("auth:\n  enabled: true\n  oidc: { issuer: 'https://id.example.org', audience: slipway, rolesClaim: realm_access.roles, roles: ['a=b=admin', 'readers = Viewer'] }\n").Oidc!;

        Assert.Equal(("https://id.example.org", "slipway", "preferred_username", "realm_access.roles"), (oidc.Issuer, oidc.Audience, oidc.NameClaim, oidc.RolesClaim));
        Assert.Equal([new RoleOfClaim("a=b", Role.Admin), new RoleOfClaim("readers", Role.Viewer)], oidc.Roles);
    }

    [Theory]
    [InlineData("auth: yes please", "auth: 'yes please' is not true or false")]
    [InlineData("auth: { oidc: { issuer: 'https://a' } }", "tokens need auth.oidc.issuer, auth.oidc.audience and auth.oidc.roles")]
    [InlineData("auth: { oidc: { issuer: 'https://a', audience: b, roles: [admins] } }", "'admins' is not VALUE=ROLE")]
    [InlineData("auth: { oidc: { issuer: 'https://a', audience: b, roles: ['admins=root'] } }", "'admins=root' is not VALUE=ROLE")]
    public void Wrong_settings_are_named(string yaml, string told) =>
        Assert.Contains(Assert.Throws<SlipwayException>(() => Read($"{yaml}\n")).Details, detail => detail.Contains(told, StringComparison.Ordinal));

    [Theory]
    [InlineData("auth: { enabled: true, oidc: { issuer: 'http://id.example.org', audience: b, roles: ['a=admin'] } }", "is not the https address")]
    [InlineData("auth: { oidc: { issuer: 'https://id.example.org', audience: b, roles: ['a=admin'] } }", "tokens are taken only while authentication is on")]
    public async Task What_would_be_no_safety_is_refused(string yaml, string told)
    {
        var settings = Read($"{yaml}\nhttp: 127.0.0.1:0\ngrpc: 127.0.0.1:0\n") with { Data = Path.Combine(_folder, "data") };
        var refused = await Assert.ThrowsAsync<SlipwayException>(() => SlipwayServer.StartAsync(settings, LogLevel.Warning, TestContext.Current.CancellationToken));

        Assert.Contains(told, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_key_of_an_admin_the_server_does_not_start_and_says_how_to_make_one()
    {
        var settings = new ServerSettings { Http = new IPEndPoint(IPAddress.Loopback, 0), Grpc = new IPEndPoint(IPAddress.Loopback, 0), Data = Path.Combine(_folder, "data"), Auth = true };
        var refused = await Assert.ThrowsAsync<SlipwayException>(() => SlipwayServer.StartAsync(settings, LogLevel.Warning, TestContext.Current.CancellationToken));

        Assert.Equal(ErrorKind.Conflict, refused.Kind);
        Assert.Contains($"`slipway key create NAME --role admin --data {settings.Data}`", refused.Message, StringComparison.Ordinal);
    }

    private ServerSettings Read(string yaml, params (string Key, string Value)[] flags)
    {
        File.WriteAllText(Path.Combine(_folder, SettingsReader.FileName), yaml);
        return SettingsReader.Read(_folder, new Dictionary<string, string>(), flags.ToDictionary(flag => flag.Key, string? (flag) => flag.Value));
    }
}
