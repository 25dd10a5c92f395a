using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Dapper;
using Slipway.Access;
using Slipway.Access.Keys;
using Slipway.Core.Errors;

namespace Slipway.Core.Tests.Access;

public sealed class KeyTests : IAsyncLifetime
{
    private KeyServer _server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await KeyServer.StartAsync(Cancel);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Without_a_key_nothing_is_told_but_what_is_open_to_anybody()
    {
        using var client = _server.Client();

        Assert.Equal("anonymous", await client.GetStringAsync("/open", Cancel));
        foreach (var path in new[] { "/who", "/api/v1/keys", "/nothing/here" })
        {
            using var response = await client.GetAsync(path, Cancel);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Equal("Bearer", response.Headers.WwwAuthenticate.Single().Scheme);
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        }

        // Who may look is told that there is nothing.
        using var viewer = _server.Client(_server.Secret(Role.Viewer));
        Assert.Equal(HttpStatusCode.NotFound, (await viewer.GetAsync("/nothing/here", Cancel)).StatusCode);
    }

    [Fact]
    public async Task A_bad_key_at_an_open_door_is_nobody_and_passes()
    {
        using var client = _server.Client("slip_nonsense");

        Assert.Equal("anonymous", await client.GetStringAsync("/open", Cancel));
    }

    [Theory]
    [InlineData(Role.Viewer, "Anonymous Read")]
    [InlineData(Role.Scorer, "Anonymous Score")]
    [InlineData(Role.Developer, "Anonymous Read Score Develop Deploy")]
    [InlineData(Role.Approver, "Anonymous Read Score Approve Deploy")]
    [InlineData(Role.Admin, "Anonymous Read Score Develop Approve Deploy Override Administer")]
    public async Task A_role_may_what_the_table_says_and_no_more(Role role, string allowed)
    {
        using var client = _server.Client(_server.Secret(role));
        foreach (var permission in Enum.GetValues<Permission>())
        {
            using var response = await client.PostAsync($"/may/{permission}", null, Cancel);
            if (allowed.Split(' ').Contains($"{permission}"))
            {
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                continue;
            }

            Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
            var told = (string)(await response.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["detail"]!;
            Assert.Contains($"the permission {permission}", told, StringComparison.Ordinal);
            Assert.Contains($"the role {role.Name()}", told, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_somebody_known_may_not_change_is_in_the_audit_and_what_strangers_send_is_not()
    {
        using var stranger = _server.Client();
        using var viewer = _server.Client(_server.Secret(Role.Viewer));

        await stranger.PostAsync("/may/Deploy", null, Cancel);
        Assert.Empty(await _server.Audit.ListAsync(10, Cancel));

        await viewer.PostAsync("/may/Deploy", null, Cancel);
        var entry = Assert.Single(await _server.Audit.ListAsync(10, Cancel));
        Assert.Equal(("viewer-key", "MayDeploy", 403), (entry.Actor.Name, entry.Action, entry.Outcome));
    }

    [Fact]
    public async Task A_key_that_is_revoked_over_HTTP_is_refused_with_the_next_request()
    {
        using var admin = _server.Client(_server.Secret(Role.Admin));
        using var created = await admin.PostAsJsonAsync("/api/v1/keys", JsonNode.Parse("""{"name":"ci","role":"developer","expires":"90 d","rate":50,"projects":["bike-demand"]}"""), Cancel);
        var answer = (await created.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
        using var ci = _server.Client((string)answer["secret"]!);

        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal("no-store", created.Headers.CacheControl?.ToString());
        Assert.Equal(HttpStatusCode.OK, (await ci.PostAsync("/projects/bike-demand", null, Cancel)).StatusCode);

        Assert.Equal(HttpStatusCode.OK, (await admin.PostAsync("/api/v1/keys/ci/revoke", null, Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await ci.PostAsync("/projects/bike-demand", null, Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await admin.PostAsync("/api/v1/keys/ci/revoke", null, Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await admin.PostAsync("/api/v1/keys/nobody/revoke", null, Cancel)).StatusCode);

        var listed = (await admin.GetFromJsonAsync<JsonArray>("/api/v1/keys", Cancel))!;
        var ended = listed.Single(key => (string)key!["name"]! == "ci")!;
        Assert.Equal("admin-key", (string?)ended["revokedBy"]?["name"]);
        Assert.Equal("bike-demand", (string?)ended["scope"]?["projects"]?[0]);
    }

    [Fact]
    public async Task A_key_ends_at_its_time()
    {
        using var client = _server.Client(await _server.NewKeyAsync(new KeyRequest("guest", Role.Viewer) { Lifetime = TimeSpan.FromHours(1) }, Cancel));

        _server.Time.Advance(TimeSpan.FromHours(1) - TimeSpan.FromTicks(1));
        Assert.Equal("guest", await client.GetStringAsync("/who", Cancel));
        _server.Time.Advance(TimeSpan.FromTicks(1));
        using var response = await client.GetAsync("/who", Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Contains("guest has expired on 2026-05-03 15:00", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_passes_its_rate_hears_when_it_may_again()
    {
        using var client = _server.Client(await _server.NewKeyAsync(new KeyRequest("slow", Role.Viewer) { Rate = 2 }, Cancel));

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/who", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/who", Cancel)).StatusCode);
        using var third = await client.GetAsync("/who", Cancel);
        Assert.Equal(HttpStatusCode.TooManyRequests, third.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), third.Headers.RetryAfter?.Delta);

        // Somebody else's rate is theirs, and half a second later one more may pass; a change of other keys gives nothing back.
        using var other = _server.Client(_server.Secret(Role.Viewer));
        Assert.Equal(HttpStatusCode.OK, (await other.GetAsync("/who", Cancel)).StatusCode);
        await _server.NewKeyAsync(new KeyRequest("another", Role.Viewer), Cancel);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await client.GetAsync("/who", Cancel)).StatusCode);
        _server.Time.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/who", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await client.GetAsync("/who", Cancel)).StatusCode);
    }

    [Theory]
    [InlineData("alice", "KEY", true)]
    [InlineData("", "KEY", true)]
    [InlineData("KEY", "", true)]
    [InlineData("KEY", "x", true)]
    [InlineData("alice", "password", false)]
    [InlineData("", "", false)]
    public async Task Basic_takes_the_key_for_a_user_or_for_a_password(string user, string password, bool taken)
    {
        using var client = _server.Client();
        var pair = $"{user}:{password}".Replace("KEY", _server.Secret(Role.Viewer), StringComparison.Ordinal);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)));

        Assert.Equal(taken ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, (await client.GetAsync("/who", Cancel)).StatusCode);
    }

    [Theory]
    [InlineData("bearer KEY", true)]
    [InlineData("Bearer   KEY ", true)]
    [InlineData("KEY", false)]
    [InlineData("Bearer", false)]
    [InlineData("Bearer ", false)]
    [InlineData("Bearer KEYx", false)]
    [InlineData("Bearer x", false)]
    [InlineData("Basic !!!", false)]
    [InlineData("Digest KEY", false)]
    [InlineData("Bearer eyJhbGciOiJub25lIn0.e30.", false)]
    public async Task Only_a_whole_key_in_a_known_form_is_one(string header, bool taken)
    {
        using var client = _server.Client();
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", header.Replace("KEY", _server.Secret(Role.Viewer), StringComparison.Ordinal));

        Assert.Equal(taken ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, (await client.GetAsync("/who", Cancel)).StatusCode);
    }

    [Fact]
    public async Task A_key_with_one_letter_changed_is_another_wherever_the_letter_stands()
    {
        var secret = _server.Secret(Role.Admin);
        for (var i = KeySecret.Prefix.Length; i < secret.Length; i++)
        {
            var changed = secret.ToCharArray();
            changed[i] = changed[i] == 'A' ? 'B' : 'A';
            using var client = _server.Client(new string(changed));
            Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/who", Cancel)).StatusCode);
        }
    }

    [Fact]
    public async Task A_browser_that_asks_for_a_page_is_sent_to_sign_in_and_a_program_is_not()
    {
        using var client = _server.Client();
        client.DefaultRequestHeaders.Accept.ParseAdd("text/html");

        using var page = await client.GetAsync("/who?a=1&b=2", Cancel);
        Assert.Equal(HttpStatusCode.Redirect, page.StatusCode);
        Assert.Equal("/sign-in?next=%2Fwho%3Fa%3D1%26b%3D2", page.Headers.Location?.ToString());
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.PostAsync("/may/Deploy", null, Cancel)).StatusCode);
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("ci.build-7_x+y@example.org", true)]
    [InlineData("0", true)]
    [InlineData("", false)]
    [InlineData("-a", false)]
    [InlineData("a b", false)]
    [InlineData("Älice", false)]
    [InlineData("аlice", false)] // Its first letter is Cyrillic, and looks the same.
    [InlineData("a\n", false)]
    [InlineData("a/b", false)]
    [InlineData("local", false)]
    [InlineData("Policy", false)]
    [InlineData("slip_x", false)]
    public async Task A_name_is_of_plain_letters_since_it_is_who_did_something(string name, bool taken)
    {
        if (taken)
        {
            await _server.NewKeyAsync(new KeyRequest(name, Role.Viewer), Cancel);
            return;
        }

        var refused = await Assert.ThrowsAsync<SlipwayException>(() => _server.NewKeyAsync(new KeyRequest(name, Role.Viewer), Cancel));
        Assert.Equal(ErrorKind.InvalidInput, refused.Kind);
    }

    [Fact]
    public async Task A_name_of_64_characters_is_taken_and_one_of_256_is_refused_with_its_beginning()
    {
        await _server.NewKeyAsync(new KeyRequest(new string('a', 64), Role.Viewer), Cancel);
        var refused = await Assert.ThrowsAsync<SlipwayException>(() => _server.NewKeyAsync(new KeyRequest(new string('b', 256), Role.Viewer), Cancel));

        Assert.Contains($"'{new string('b', 64)}…' is not a name for a key", refused.Message, StringComparison.Ordinal);
        Assert.True(refused.Message.Length < 300);
    }

    [Fact]
    public async Task Of_two_keys_of_one_name_at_once_one_is_made()
    {
        var tries = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            try
            {
                // In capital letters or small, it is one name.
                return await _server.NewKeyAsync(new KeyRequest(i % 2 == 0 ? "twin" : "TWIN", Role.Viewer), Cancel);
            }
            catch (SlipwayException e) when (e.Kind == ErrorKind.Conflict)
            {
                return null;
            }
        }));

        Assert.Single(tries, secret => secret is not null);
        Assert.Single(await _server.Keys.ListAsync(Cancel), key => key.Name.Equals("twin", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_name_is_free_when_its_key_is_revoked_and_the_old_one_stays_refused()
    {
        var first = await _server.NewKeyAsync(new KeyRequest("ci", Role.Viewer), Cancel);
        var revoked = await _server.Keys.RevokeAsync("ci", new Actor("alice"), Cancel);
        var second = await _server.NewKeyAsync(new KeyRequest("ci", Role.Viewer), Cancel);

        using var old = _server.Client(first);
        using var current = _server.Client(second);
        Assert.Equal(HttpStatusCode.Unauthorized, (await old.GetAsync("/who", Cancel)).StatusCode);
        Assert.Equal("ci", await current.GetStringAsync("/who", Cancel));
        Assert.Equal(("alice", 2), (revoked.RevokedBy?.Name, (await _server.Keys.ListAsync(Cancel)).Count(key => key.Name == "ci")));
    }

    [Fact]
    public async Task A_key_that_was_found_somewhere_revokes_itself()
    {
        var secret = await _server.NewKeyAsync(new KeyRequest("leaked", Role.Viewer), Cancel);

        Assert.Equal("leaked", (await _server.Keys.RevokeAsync(secret, Actor.Local, Cancel)).Name);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_000_001)]
    public async Task A_rate_out_of_bounds_is_refused(int rate) =>
        await Assert.ThrowsAsync<SlipwayException>(() => _server.NewKeyAsync(new KeyRequest("x", Role.Viewer) { Rate = rate }, Cancel));

    [Fact]
    public async Task A_life_out_of_bounds_a_wrong_scope_and_an_admin_with_a_scope_are_refused()
    {
        foreach (var request in new[]
        {
            new KeyRequest("x", Role.Viewer) { Lifetime = TimeSpan.Zero },
            new KeyRequest("x", Role.Viewer) { Lifetime = TimeSpan.MaxValue },
            new KeyRequest("x", Role.Viewer) { Projects = ["../etc"] },
            new KeyRequest("x", Role.Viewer) { Deployments = [.. Enumerable.Range(0, 101).Select(i => $"d{i}")] },
            new KeyRequest("x", Role.Admin) { Projects = ["bike-demand"] },
            new KeyRequest("x", (Role)99),
        })
        {
            Assert.Equal(ErrorKind.InvalidInput, (await Assert.ThrowsAsync<SlipwayException>(() => _server.NewKeyAsync(request, Cancel))).Kind);
        }
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"name\":\"x\"}")]
    [InlineData("{\"name\":\"x\",\"role\":\"root\"}")]
    [InlineData("{\"name\":\"x\",\"role\":\"4\"}")]
    [InlineData("{\"name\":\"x\",\"role\":\"viewer\",\"expires\":\"soon\"}")]
    [InlineData("null")]
    public async Task A_request_for_a_key_that_is_wrong_is_told_so(string body)
    {
        using var admin = _server.Client(_server.Secret(Role.Admin));
        using var response = await admin.PostAsync("/api/v1/keys", new StringContent(body, Encoding.UTF8, "application/json"), Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.NotEmpty((string)(await response.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["detail"]!);
    }

    [Fact]
    public async Task A_secret_is_in_no_event_no_audit_no_log_and_not_in_the_database()
    {
        using var admin = _server.Client(_server.Secret(Role.Admin));
        var created = (await (await admin.PostAsJsonAsync("/api/v1/keys", new { name = "ci", role = "viewer" }, Cancel)).Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
        var secret = (string)created["secret"]!;
        using var ci = _server.Client(secret);
        await ci.PostAsync("/may/Deploy", null, Cancel);
        await ci.PostAsync($"/api/v1/keys/{secret}/revoke", null, Cancel);
        await admin.PostAsJsonAsync("/api/v1/keys", new { name = secret, role = "viewer" }, Cancel);
        Assert.Equal(HttpStatusCode.OK, (await admin.PostAsync($"/api/v1/keys/{secret}/revoke", null, Cancel)).StatusCode);
        await ci.GetAsync("/who", Cancel);

        var events = await _server.Events.ReadAsync(0, 1000, Cancel);
        Assert.Equal(["KeyCreated", "KeyRevoked"], events.Where(e => e.Subject == "key/ci").Select(e => e.Type));
        Assert.DoesNotContain(events, e => e.Data.Contains(secret, StringComparison.Ordinal) || e.Subject.Contains(secret, StringComparison.Ordinal));
        var audit = await _server.Audit.ListAsync(100, Cancel);
        Assert.Contains(audit, e => e.Target == $"key:{(string)created["key"]!["id"]!}" && e.Actor.Name == "ci" && e.Outcome == 403);
        Assert.DoesNotContain(audit, e => e.Target.Contains(secret, StringComparison.Ordinal));
        Assert.DoesNotContain(_server.Log.Lines, line => line.Contains(secret, StringComparison.Ordinal) && line.Contains("was refused", StringComparison.Ordinal));

        var rows = await _server.Database.ReadAsync(async connection => (await connection.QueryAsync("select * from api_keys")).ToArray(), Cancel);
        Assert.DoesNotContain(rows, row => ((IDictionary<string, object?>)row).Values.Any(value => string.Create(CultureInfo.InvariantCulture, $"{value}").Contains(secret, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_key_is_random_and_long_and_its_id_is_the_beginning_of_its_hash()
    {
        var created = await _server.Keys.CreateAsync(new KeyRequest("x", Role.Viewer), Actor.Local, Cancel);
        var hash = System.Security.Cryptography.SHA256.HashData(Encoding.ASCII.GetBytes(created.Secret));

        Assert.Matches("^slip_[A-Za-z0-9_-]{43}$", created.Secret);
        Assert.Equal(Convert.ToHexStringLower(hash)[..12], created.Key.Id);
        Assert.Equal(1000, Enumerable.Range(0, 1000).Select(_ => KeySecret.Create()).Distinct().Count());
    }

    [Fact]
    public async Task What_the_process_asks_of_itself_has_a_key_that_is_kept_nowhere()
    {
        var first = await _server.Services.IssueOwnKeyAsync(new Actor("demo"), Cancel);
        var second = await _server.Services.IssueOwnKeyAsync(new Actor("demo"), Cancel);
        await _server.NewKeyAsync(new KeyRequest("x", Role.Viewer), Cancel);

        using var old = _server.Client(first);
        using var client = _server.Client(second);
        Assert.Equal("demo", await client.GetStringAsync("/who", Cancel));
        Assert.Equal(HttpStatusCode.Unauthorized, (await old.GetAsync("/who", Cancel)).StatusCode);
        Assert.DoesNotContain(await _server.Keys.ListAsync(Cancel), key => key.Name == "demo");
    }

    [Fact]
    public async Task A_server_to_which_nobody_could_get_in_does_not_start()
    {
        await _server.Keys.RevokeAsync("admin-key", Actor.Local, Cancel);
        await _server.NewKeyAsync(new KeyRequest("late", Role.Admin) { Lifetime = TimeSpan.FromDays(1) }, Cancel);
        await _server.Services.OpenAccessAsync(Cancel);

        _server.Time.Advance(TimeSpan.FromDays(1));
        var refused = await Assert.ThrowsAsync<SlipwayException>(() => _server.Services.OpenAccessAsync(Cancel));
        Assert.Contains("`slipway key create NAME --role admin --data ", refused.Message, StringComparison.Ordinal);
    }
}
