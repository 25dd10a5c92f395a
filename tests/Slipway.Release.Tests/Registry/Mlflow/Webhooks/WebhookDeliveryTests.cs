using System.Globalization;
using Microsoft.AspNetCore.Http;
using Slipway.Access;
using Slipway.Develop.Tests.Tracking;
using Slipway.Registry.Mlflow.Webhooks;
using Slipway.Storage.Events;

namespace Slipway.Release.Tests.Registry.Mlflow.Webhooks;

public abstract class WebhookDeliveryTests(bool postgreSql) : IAsyncLifetime
{
    private static readonly string[] Every =
    [
        "REGISTERED_MODEL.CREATED", "MODEL_VERSION.CREATED", "MODEL_VERSION_TAG.SET", "MODEL_VERSION_TAG.DELETED", "MODEL_VERSION_ALIAS.CREATED", "MODEL_VERSION_ALIAS.DELETED",
        "PROMPT.CREATED", "PROMPT_VERSION.CREATED", "PROMPT_TAG.SET", "PROMPT_TAG.DELETED", "PROMPT_VERSION_TAG.SET", "PROMPT_VERSION_TAG.DELETED", "PROMPT_ALIAS.CREATED", "PROMPT_ALIAS.DELETED",
    ];

    private readonly string _root = Directory.CreateTempSubdirectory("slipway-webhooks-").FullName;
    private MlflowServer _server = null!;
    private WebhookTarget _target = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private WireClient Client => _server.Client;

    public async ValueTask InitializeAsync()
    {
        _target = await WebhookTarget.StartAsync();
        await StartAsync("127.0.0.0/8");
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _target.DisposeAsync();
        Directory.Delete(_root, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Every_change_of_a_model_is_told_in_order_with_what_it_is()
    {
        await AddAsync("all", null, Every);

        await Client.PostAsync("registered-models/create", new { name = "größe <b>", description = "tall", tags = new[] { new { key = "team", value = "a" } } });
        await Client.PostAsync("model-versions/create", new { name = "größe <b>", source = "runs:/r1/model", run_id = "r1", tags = new[] { new { key = "k", value = "v" } } });
        await Client.PostAsync("model-versions/set-tag", new { name = "größe <b>", version = "1", key = "stage", value = "日本" });
        await Client.SendAsync("DELETE", "model-versions/delete-tag", new { name = "größe <b>", version = "1", key = "stage" });
        await Client.PostAsync("registered-models/alias", new { name = "größe <b>", version = "1", alias = "champion" });
        await Client.SendAsync("DELETE", "registered-models/alias", new { name = "größe <b>", alias = "champion" });

        // MLflow tells nothing of a model's own tags; what comes next shows that it is so here.
        await Client.PostAsync("registered-models/set-tag", new { name = "größe <b>", key = "quiet", value = "x" });
        await Client.CreateModelAsync("next");

        const string Name = "\"name\":\"größe \\u003Cb\\u003E\"";
        await ExpectAsync("registered_model.created", $$"""{{{Name}},"tags":{"team":"a"},"description":"tall"}""");
        await ExpectAsync("model_version.created", $$"""{{{Name}},"version":"1","source":"runs:/r1/model","run_id":"r1","tags":{"k":"v"},"description":null}""");
        await ExpectAsync("model_version_tag.set", $$"""{{{Name}},"version":"1","key":"stage","value":"日本"}""");
        await ExpectAsync("model_version_tag.deleted", $$"""{{{Name}},"version":"1","key":"stage"}""");
        await ExpectAsync("model_version_alias.created", $$"""{{{Name}},"alias":"champion","version":"1"}""");
        await ExpectAsync("model_version_alias.deleted", $$"""{{{Name}},"alias":"champion"}""");
        await ExpectAsync("registered_model.created", """{"name":"next","tags":{},"description":null}""");
    }

    [Fact]
    public async Task A_prompt_has_events_of_its_own()
    {
        await AddAsync("all", null, Every);
        var isPrompt = new { key = "mlflow.prompt.is_prompt", value = "true" };

        await Client.PostAsync("registered-models/create", new { name = "greeting", tags = new[] { isPrompt, new { key = "team", value = "a" } } });
        await Client.PostAsync("model-versions/create", new { name = "greeting", source = "prompt-template", description = "first", tags = new[] { isPrompt, new { key = "mlflow.prompt.text", value = "Hi {{ name }}" } } });
        await Client.PostAsync("registered-models/set-tag", new { name = "greeting", key = "team", value = "b" });
        await Client.SendAsync("DELETE", "registered-models/delete-tag", new { name = "greeting", key = "team" });
        await Client.PostAsync("model-versions/set-tag", new { name = "greeting", version = "1", key = "k", value = "" });
        await Client.SendAsync("DELETE", "model-versions/delete-tag", new { name = "greeting", version = "1", key = "k" });
        await Client.PostAsync("registered-models/alias", new { name = "greeting", version = "1", alias = "live" });
        await Client.SendAsync("DELETE", "registered-models/alias", new { name = "greeting", alias = "live" });

        await ExpectAsync("prompt.created", """{"name":"greeting","tags":{"team":"a"},"description":null}""");
        await ExpectAsync("prompt_version.created", """{"name":"greeting","version":"1","template":"Hi {{ name }}","tags":{},"description":"first"}""");
        await ExpectAsync("prompt_tag.set", """{"name":"greeting","key":"team","value":"b"}""");
        await ExpectAsync("prompt_tag.deleted", """{"name":"greeting","key":"team"}""");
        await ExpectAsync("prompt_version_tag.set", """{"name":"greeting","version":"1","key":"k","value":""}""");
        await ExpectAsync("prompt_version_tag.deleted", """{"name":"greeting","version":"1","key":"k"}""");
        await ExpectAsync("prompt_alias.created", """{"name":"greeting","alias":"live","version":"1"}""");
        await ExpectAsync("prompt_alias.deleted", """{"name":"greeting","alias":"live"}""");
    }

    [Fact]
    public async Task What_Slipway_registers_is_told_like_what_a_client_does()
    {
        await AddAsync("all", null, Every);

        await _server.RegisterAsync("bikes", "1");
        await _server.RegisterAsync("bikes", "2");

        await ExpectAsync("registered_model.created", """{"name":"bikes","tags":{},"description":null}""");
        var first = await _target.NextAsync();
        var second = await _target.NextAsync();
        Assert.Equal(("model_version.created", "model_version.created"), (first.Event, second.Event));
        Assert.Equal(("1", "mlflow-artifacts:/slipway-models/bikes/1", "run-1"), Data(first));
        Assert.Equal(("2", "mlflow-artifacts:/slipway-models/bikes/2", "run-1"), Data(second));

        static (string?, string?, string?) Data(WebhookCall call) =>
            call.Json.GetProperty("data") is var data ? (data.Text("version"), data.Text("source"), data.Text("run_id")) : default;
    }

    [Fact]
    public async Task A_receiver_can_tell_who_speaks_and_when_and_repeats()
    {
        await AddAsync("signed", "s3cret-ü", "REGISTERED_MODEL.CREATED");
        _target.Status = StatusCodes.Status503ServiceUnavailable;
        await Client.CreateModelAsync("a");
        var first = await _target.NextAsync();

        _target.Status = StatusCodes.Status200OK;
        var again = await NextAsync();

        Assert.Equal(first.Delivery, again.Delivery);
        Assert.Equal(first.Sign("s3cret-ü"), first.Headers["X-MLflow-Signature"]);
        Assert.Equal(again.Sign("s3cret-ü"), again.Headers["X-MLflow-Signature"]);
        Assert.NotEqual(first.Headers["X-MLflow-Timestamp"], again.Headers["X-MLflow-Timestamp"]);
        Assert.Equal("2026-05-04T12:00:00.000000+00:00", first.Json.Text("timestamp"));
    }

    [Fact]
    public async Task Without_a_secret_nothing_is_signed()
    {
        await AddAsync("plain", null, "REGISTERED_MODEL.CREATED");
        await Client.CreateModelAsync("a");

        Assert.False((await _target.NextAsync()).Headers.ContainsKey("X-MLflow-Signature"));
    }

    [Fact]
    public async Task Only_those_that_ask_are_told_and_none_that_is_disabled()
    {
        var disabled = await AddAsync("disabled", null, Every);
        await Client.SendAsync("PATCH", $"webhooks/{disabled}", new { status = "DISABLED" });
        await AddAsync("aliases", null, "MODEL_VERSION_ALIAS.CREATED");

        await Client.CreateModelAsync("a");
        await Client.CreateVersionAsync("a");
        await Client.PostAsync("registered-models/alias", new { name = "a", version = "1", alias = "b" });

        Assert.Equal(("/aliases", "model_version_alias.created"), await _target.NextAsync() is var call ? (call.Path, call.Event) : default);
        Assert.False(_target.TryNext(out _));
        Assert.Single(await EventsAsync(nameof(RegistryChanged)));
    }

    [Fact]
    public async Task A_change_that_failed_is_not_told()
    {
        await AddAsync("all", null, Every);

        await Client.CreateModelAsync("a");
        Assert.Equal("RESOURCE_ALREADY_EXISTS", (await Client.TryPostAsync("registered-models/create", new { name = "a" })).ErrorCode);
        await Client.TryPostAsync("model-versions/set-tag", new { name = "a", version = "9", key = "k", value = "v" });
        await Client.CreateModelAsync("b");

        Assert.Contains("\"a\"", (await _target.NextAsync()).Data, StringComparison.Ordinal);
        Assert.Contains("\"b\"", (await _target.NextAsync()).Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_not_told_before_a_stop_is_told_after_the_next_start_in_order()
    {
        await AddAsync("all", "old", Every);
        _target.Status = StatusCodes.Status500InternalServerError;
        await Client.CreateModelAsync("a");
        await Client.CreateModelAsync("b");
        var first = await _target.NextAsync();
        await _server.DisposeAsync();
        while (_target.TryNext(out _))
        {
        }

        _target.Status = StatusCodes.Status200OK;
        await StartAsync("127.0.0.0/8");
        var told = await NextAsync();
        var next = await NextAsync();

        Assert.Equal((first.Delivery, first.Body), (told.Delivery, told.Body));
        Assert.Contains("\"b\"", next.Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_day_it_is_given_up_with_the_count_of_attempts_and_only_the_host()
    {
        var id = await AddAsync("down?token=t0k3n", "s3cret", "REGISTERED_MODEL.CREATED");
        _target.Status = StatusCodes.Status503ServiceUnavailable;
        await Client.CreateModelAsync("a");

        IReadOnlyList<StoredEvent> givenUp = [];
        var calls = 0;
        while (givenUp.Count == 0)
        {
            _server.Time.Advance(TimeSpan.FromMinutes(1));
            givenUp = await EventsAsync(nameof(RegistryWebhookGivenUp));
            while (_target.TryNext(out _))
            {
                calls++;
            }
        }

        while (_target.TryNext(out _))
        {
            calls++;
        }

        Assert.InRange(calls, 2, 40);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"\"attempts\":{calls}"), givenUp[0].Data, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1 answered with 503.", givenUp[0].Data, StringComparison.Ordinal);
        Assert.Equal($"webhook/{id}", givenUp[0].Subject);
        Assert.DoesNotContain("t0k3n", givenUp[0].Data, StringComparison.Ordinal);
        Assert.Empty(await _server.Get<RegistryDeliveries>().ListAsync(10, Cancel));
    }

    [Fact]
    public async Task What_a_deleted_webhook_was_still_to_be_told_goes_with_it()
    {
        var id = await AddAsync("down", null, "REGISTERED_MODEL.CREATED");
        _target.Status = StatusCodes.Status503ServiceUnavailable;
        await Client.CreateModelAsync("a");
        await _target.NextAsync();

        await Client.SendAsync("DELETE", $"webhooks/{id}", new { });

        Assert.Empty(await _server.Get<RegistryDeliveries>().ListAsync(10, Cancel));
    }

    [Fact]
    public async Task An_address_that_may_not_be_called_is_not_called_by_a_delivery_nor_by_a_test()
    {
        await _server.DisposeAsync();
        await StartAsync("10.0.0.0/8");
        var id = await AddAsync("x", null, "REGISTERED_MODEL.CREATED");

        var result = (await Client.PostAsync($"webhooks/{id}/test", new { })).GetProperty("result");
        await Client.CreateModelAsync("a");
        IReadOnlyList<StoredEvent> givenUp = [];
        while (givenUp.Count == 0)
        {
            givenUp = await EventsAsync(nameof(RegistryWebhookGivenUp));
        }

        Assert.False(result.GetProperty("success").GetBoolean());
        Assert.Contains("outbound.allow", result.Text("error_message"), StringComparison.Ordinal);
        Assert.Contains("\"attempts\":1", givenUp[0].Data, StringComparison.Ordinal);
        Assert.False(_target.TryNext(out _));
    }

    [Fact]
    public async Task A_test_calls_once_with_an_example_of_the_event_and_shows_the_status_but_no_body()
    {
        var id = await AddAsync("x", "s3cret", "MODEL_VERSION.CREATED", "PROMPT_ALIAS.CREATED");
        await Client.SendAsync("PATCH", $"webhooks/{id}", new { status = "DISABLED" });

        var good = await Client.PostAsync($"webhooks/{id}/test", new { });
        var first = await _target.NextAsync();
        _target.Status = StatusCodes.Status418ImATeapot;
        var bad = await Client.PostAsync($"webhooks/{id}/test", new { @event = new { entity = "MODEL_VERSION_TAG", action = "DELETED" } });
        var second = await _target.NextAsync();

        Assert.Equal("""{"result":{"success":true,"response_status":200}}""", good.GetRawText());
        Assert.Equal("""{"result":{"success":false,"response_status":418}}""", bad.GetRawText());
        Assert.Equal(("model_version.created", "model_version_tag.deleted"), (first.Event, second.Event));
        Assert.Equal(first.Sign("s3cret"), first.Headers["X-MLflow-Signature"]);
        Assert.Equal(["name", "version", "key"], second.Json.GetProperty("data").EnumerateObject().Select(member => member.Name));
        Assert.Contains("Valid actions", (await Client.TryPostAsync($"webhooks/{id}/test", new { @event = new { entity = 1, action = 4 } })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_event_has_an_example_with_what_its_real_ones_have()
    {
        foreach (var named in Every.Select(text => WebhookEvent.Parse(text.ToLowerInvariant())))
        {
            var members = Announcement.Example(named).Select(member => member.Key).ToList();
            Assert.Contains("name", members);
            Assert.Equal(named.Action == WebhookAction.Set, members.Contains("value"));
            Assert.Equal(named.Entity is WebhookEntity.ModelVersionAlias or WebhookEntity.PromptAlias, members.Contains("alias"));
        }
    }

    private async Task StartAsync(string allowed)
    {
        _server = new MlflowServer(new AccessOptions { OutboundAllow = [allowed] }, _root, postgreSql);
        await _server.InitializeAsync();
    }

    private async Task<string> AddAsync(string path, string? secret, params string[] events)
    {
        var asked = events.Select(named => named.Split('.')).Select(parts => new { entity = parts[0], action = parts[1] });
        return (await Client.PostAsync("webhooks", new { name = path, url = _target.AddressOf(path), secret, events = asked })).GetProperty("webhook").Text("webhook_id")!;
    }

    private async Task ExpectAsync(string named, string data)
    {
        var call = await _target.NextAsync();
        Assert.Equal((named, data), (call.Event, call.Data));
    }

    private async Task<IReadOnlyList<StoredEvent>> EventsAsync(string type) => [.. (await _server.Get<IEventLog>().ReadAsync(0, 1000, Cancel)).Where(happened => happened.Type == type)];

    // Lets time pass until somebody is called, a second for each question to the database, so that it does not run away from the sender.
    private async Task<WebhookCall> NextAsync()
    {
        WebhookCall? call;
        while (!_target.TryNext(out call))
        {
            _server.Time.Advance(TimeSpan.FromSeconds(1));
            await _server.Get<RegistryDeliveries>().ListAsync(1, Cancel);
        }

        return call!;
    }
}

public sealed class WebhookDeliveryOnSqliteTests() : WebhookDeliveryTests(postgreSql: false);

public sealed class WebhookDeliveryOnPostgreSqlTests() : WebhookDeliveryTests(postgreSql: true);
