using System.Net;
using System.Text.Json;
using Slipway.Develop.Tests.Tracking;
using Slipway.Storage;

namespace Slipway.Release.Tests.Registry.Mlflow.Webhooks;

public abstract class WebhookRouteTests(MlflowServer server)
{
    private static readonly object[] Created = [new { entity = "MODEL_VERSION", action = "CREATED" }];

    private readonly WireClient _client = server.Client;

    [Fact]
    public async Task A_webhook_is_answered_as_it_was_created_and_its_secret_never()
    {
        const string Url = "https://hooks.example.org/x?token=a";
        var webhook = await CreateAsync(new
        {
            name = "größe <b>",
            description = "日本",
            url = Url,
            secret = "hunter2-secret",
            events = new object[] { new { entity = 1, action = 1 }, new { entity = "MODEL_VERSION_TAG", action = "SET" }, new { entity = "MODEL_VERSION_TAG", action = 4 } },
        });
        var id = webhook.Text("webhook_id")!;

        Assert.Equal(("größe <b>", "日本", Url, "ACTIVE"), (webhook.Text("name"), webhook.Text("description"), webhook.Text("url"), webhook.Text("status")));
        Assert.Equal([("REGISTERED_MODEL", "CREATED"), ("MODEL_VERSION_TAG", "SET")], EventsOf(webhook));
        Assert.Equal(server.Now, webhook.GetProperty("creation_timestamp").GetInt64());
        Assert.Equal(webhook.GetRawText(), (await GetAsync(id)).GetRawText());
        var listed = await _client.GetAsync("webhooks", ("max_results", 1000));
        Assert.Contains(id, listed.Each("webhooks", "webhook_id"));
        Assert.DoesNotContain("hunter2", listed.GetRawText() + webhook.GetRawText() + string.Join('\n', await server.AuditAsync(20)), StringComparison.Ordinal);
        Assert.Contains($"CreateWebhook {id} 200", await server.AuditAsync(1));
    }

    [Fact]
    public async Task An_update_changes_what_it_names_and_an_empty_text_nothing()
    {
        var id = (await CreateAsync(new { name = "a", description = "first", url = "https://hooks.example.org/", events = Created })).Text("webhook_id")!;

        await _client.SendAsync("PATCH", $"webhooks/{id}", new { status = "DISABLED", name = "" });
        var disabled = await GetAsync(id);
        var changed = (await _client.SendAsync("PATCH", $"webhooks/{id}", new { name = "b", status = 1, events = new[] { new { entity = "PROMPT_ALIAS", action = "DELETED" } } })).GetProperty("webhook");

        Assert.Equal(("a", "first", "DISABLED"), (disabled.Text("name"), disabled.Text("description"), disabled.Text("status")));
        Assert.Equal(("b", "first", "ACTIVE"), (changed.Text("name"), changed.Text("description"), changed.Text("status")));
        Assert.Equal([("PROMPT_ALIAS", "DELETED")], EventsOf(changed));
    }

    [Fact]
    public async Task What_is_deleted_is_not_found_by_any_route()
    {
        var id = (await CreateAsync(new { name = "a", url = "https://hooks.example.org/", events = Created })).Text("webhook_id")!;
        Assert.Equal("{}", (await _client.TrySendAsync("DELETE", $"webhooks/{id}", new { })).Text);

        foreach (var (method, path) in new[] { ("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/test") })
        {
            var answer = await _client.SendAsync(new HttpMethod(method), $"/ajax-api/2.0/mlflow/webhooks/{id}{path}", method == "GET" ? null : "{}");
            Assert.Equal((HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST", $"Webhook with ID {id} not found."), (answer.Status, answer.ErrorCode, answer.Message));
        }
    }

    [Theory]
    [InlineData("""{"url": "https://a.example/", "events": [{"entity": 1, "action": 1}]}""", "'name'")]
    [InlineData("""{"name": " \t", "url": "https://a.example/", "events": [{"entity": 1, "action": 1}]}""", "just whitespace")]
    [InlineData("""{"name": "a", "events": [{"entity": 1, "action": 1}]}""", "'url'")]
    [InlineData("""{"name": "a", "url": "file:///etc/passwd", "events": [{"entity": 1, "action": 1}]}""", "https://")]
    [InlineData("""{"name": "a", "url": "hooks", "events": [{"entity": 1, "action": 1}]}""", "https://")]
    [InlineData("""{"name": "a", "url": "https://u:pw@a.example/", "events": [{"entity": 1, "action": 1}]}""", "not taken in an address")]
    [InlineData("""{"name": "a", "url": "https://a.example/"}""", "'events'")]
    [InlineData("""{"name": "a", "url": "https://a.example/", "events": []}""", "'events'")]
    [InlineData("""{"name": "a", "url": "https://a.example/", "events": ["model_version.created"]}""", "events[0]")]
    [InlineData("""{"name": "a", "url": "https://a.example/", "events": [{"entity": 1}]}""", "events[0].action")]
    [InlineData("""{"name": "a", "url": "https://a.example/", "events": [{"entity": "MODEL", "action": 1}]}""", "REGISTERED_MODEL")]
    [InlineData("""{"name": "a", "url": "https://a.example/", "events": [{"entity": 1, "action": "DELETED"}]}""", "Invalid action 'deleted' for entity 'registered_model'. Valid actions are: 'created'.")]
    [InlineData("""{"name": "a", "url": "https://a.example/", "status": "PAUSED", "events": [{"entity": 1, "action": 1}]}""", "ACTIVE, DISABLED")]
    public async Task What_cannot_be_a_webhook_is_told_why(string fields, string said)
    {
        var answer = await _client.SendAsync(HttpMethod.Post, "/api/2.0/mlflow/webhooks", fields);

        Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE"), (answer.Status, answer.ErrorCode));
        Assert.Contains(said, answer.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("pw", answer.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("name", 256)]
    [InlineData("description", 1000)]
    [InlineData("url", 500)]
    [InlineData("secret", 1000)]
    public async Task A_text_may_be_as_long_as_its_limit_and_no_longer(string field, int limit)
    {
        const string Address = "https://a.example/";
        foreach (var (length, isTaken) in new[] { (limit - 1, true), (limit, true), (limit + 1, false) })
        {
            var text = field == "url" ? Address.PadRight(length, 'x') : new string('é', length);
            var answer = await _client.TryPostAsync("webhooks", WireClient.With(new { name = "a", url = Address, events = Created }, (field, text)));
            Assert.Equal(isTaken ? HttpStatusCode.OK : HttpStatusCode.BadRequest, answer.Status);
            Assert.True(isTaken || (answer.Message.Contains($"{limit} characters", StringComparison.Ordinal) && !answer.Message.Contains("éé", StringComparison.Ordinal)), answer.Text);
        }
    }

    [Fact]
    public async Task They_are_listed_newest_first_page_by_page()
    {
        var created = new List<string?>();
        for (var i = 0; i < 5; i++)
        {
            created.Add((await CreateAsync(new { name = $"page {i}", url = "https://a.example/", events = Created })).Text("webhook_id"));
            server.Time.Advance(TimeSpan.FromMilliseconds(i % 2));
        }

        var first = await _client.GetAsync("webhooks", ("max_results", 2));
        var second = await _client.GetAsync("webhooks", ("max_results", 3), ("page_token", first.Text("next_page_token")!));

        Assert.Equal(created.AsEnumerable().Reverse(), [.. first.Each("webhooks", "webhook_id"), .. second.Each("webhooks", "webhook_id")]);
        var models = await _client.GetAsync("registered-models/search", ("max_results", 1));
        foreach (var token in new[] { "x", "bm9uZQ", models.Text("next_page_token") ?? "e30" })
        {
            Assert.Contains("page token", (await _client.TryGetAsync("webhooks", ("page_token", token))).Message, StringComparison.Ordinal);
        }

        Assert.Contains("between 1 and 1000", (await _client.TryGetAsync("webhooks", ("max_results", 1001))).Message, StringComparison.Ordinal);
        Assert.Contains("between 1 and 1000", (await _client.TryGetAsync("webhooks", ("max_results", 0))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task There_are_a_thousand_of_them_and_no_more()
    {
        const string Sql = """
            insert into webhooks (webhook_id, name, description, url, status, created_at, updated_at)
            select 'filler ' || (count(*) + 1), 'filler', '', 'https://a.example/', 'Disabled', 0, 0 from webhooks
            """;

        var database = server.Get<Database>();
        await database.WriteAsync(
            async transaction =>
            {
                while (await transaction.QuerySingleOrDefaultAsync<long>("select count(*) from webhooks") < 999)
                {
                    await transaction.ExecuteAsync(Sql);
                }

                return 0;
            },
            TestContext.Current.CancellationToken);

        var last = await CreateAsync(new { name = "last", url = "https://a.example/", events = Created });
        var more = await _client.TryPostAsync("webhooks", new { name = "more", url = "https://a.example/", events = Created });

        Assert.Contains("1000 webhooks", more.Message, StringComparison.Ordinal);
        await database.WriteAsync(transaction => transaction.ExecuteAsync("delete from webhooks where name = 'filler'"), TestContext.Current.CancellationToken);
        Assert.Equal("last", (await GetAsync(last.Text("webhook_id")!)).Text("name"));
    }

    private static IEnumerable<(string?, string?)> EventsOf(JsonElement webhook) => webhook.GetProperty("events").EnumerateArray().Select(named => (named.Text("entity"), named.Text("action")));

    private async Task<JsonElement> CreateAsync(object fields) => (await _client.PostAsync("webhooks", fields)).GetProperty("webhook");

    private async Task<JsonElement> GetAsync(string id) => (await _client.GetAsync($"webhooks/{id}")).GetProperty("webhook");
}

public sealed class WebhookRouteOnSqliteTests(MlflowServer server) : WebhookRouteTests(server), IClassFixture<MlflowServer>;

public sealed class WebhookRouteOnPostgreSqlTests(PostgreSqlMlflowServer server) : WebhookRouteTests(server), IClassFixture<PostgreSqlMlflowServer>;
