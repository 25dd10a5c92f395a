using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Slipway.Develop.Tests.Tracking.LoggedModels;

/// <summary>Four models, a to d, created in this order, with different things known of them.</summary>
public class LoggedModelSearchFixture : IAsyncLifetime
{
    private readonly Dictionary<string, string> _names = [];

    public LoggedModelSearchFixture()
        : this(new TrackingServer())
    {
    }

    private protected LoggedModelSearchFixture(TrackingServer server) => Server = server;

    public TrackingServer Server { get; }

    public string Experiment { get; private set; } = "";

    internal WireClient Client => Server.Client;

    public async ValueTask InitializeAsync()
    {
        await Server.InitializeAsync();
        Experiment = await Client.CreateExperimentAsync();
        await AddAsync("a", "classifier", "run-1", [("lr", "0.1")], [("team", "Red Team")]);
        await AddAsync("b", "classifier", "run-2", [("lr", "0.2")], []);
        await AddAsync("c", null, null, [], [("team", "blue"), ("with space", "yes")]);
        var deleted = await AddAsync("deleted", null, null, [], []);
        await Client.SendAsync(HttpMethod.Delete, $"/api/2.0/mlflow/logged-models/{deleted}", null);
        await AddAsync("d", null, "run-1", [], []);
        await Client.SendAsync(HttpMethod.Patch, $"/api/2.0/mlflow/logged-models/{IdOf("b")}", """{"status": "LOGGED_MODEL_READY"}""");

        var run = await Client.CreateRunAsync();
        await MeasureAsync(run, "a", 0.9, 1, "train", "1");
        await MeasureAsync(run, "a", 0.5, 2, "test", "1");
        await MeasureAsync(run, "b", 0.6, 1, "test", "2");
        await MeasureAsync(run, "c", "NaN", 1, null, null);
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return Server.DisposeAsync();
    }

    public string NameOf(string id) => _names[id];

    public string IdOf(string name) => _names.Single(model => model.Value == name).Key;

    private async Task<string> AddAsync(string name, string? type, string? run, IEnumerable<(string Key, string Value)> parameters, IEnumerable<(string Key, string Value)> tags)
    {
        Server.Time.Advance(TimeSpan.FromSeconds(1));
        var created = await Client.PostAsync("logged-models", new
        {
            experiment_id = Experiment,
            name,
            model_type = type,
            source_run_id = run,
            @params = parameters.Select(p => new { key = p.Key, value = p.Value }),
            tags = tags.Select(t => new { key = t.Key, value = t.Value }),
        });
        var id = created.GetProperty("model").GetProperty("info").GetProperty("model_id").GetString()!;
        _names[id] = name;
        return id;
    }

    private Task<JsonElement> MeasureAsync(string run, string model, object value, long timestamp, string? dataset, string? digest) => Client.PostAsync(
        "runs/log-metric", new { run_id = run, key = "acc", value, timestamp, model_id = IdOf(model), dataset_name = dataset, dataset_digest = digest });
}

/// <summary>The same on PostgreSQL.</summary>
public sealed class PostgreSqlLoggedModelSearchFixture() : LoggedModelSearchFixture(new PostgreSqlTrackingServer());

public abstract class LoggedModelSearchTests(LoggedModelSearchFixture fixture)
{
    private static readonly string[] Nobody = ["4711", "x"];

    private readonly WireClient _client = fixture.Client;

    [Theory]
    [InlineData(null, "dcba")]
    [InlineData("name = 'a'", "a")]
    [InlineData("attributes.name in ('a', 'd')", "da")]
    [InlineData("name like '_' and model_type = 'classifier'", "ba")]
    [InlineData("model_type is null", "dc")]
    [InlineData("status = 'READY'", "b")]
    [InlineData("status != 'READY' and source_run_id = 'run-1'", "da")]
    [InlineData("creation_timestamp > 0 and creation_time > 0 and last_updated_timestamp > 0", "dcba")]
    [InlineData("creation_time < 0", "")]
    [InlineData("params.lr = '0.2'", "b")]
    [InlineData("params.lr is null", "dc")]
    [InlineData("tags.team ilike '%red%'", "a")]
    [InlineData("tags.`with space` = 'yes' and tags.team = 'blue'", "c")]
    [InlineData("metrics.acc > 0.8", "a")]
    [InlineData("metrics.acc >= 0.5", "ba")]
    [InlineData("metrics.acc > 0.55 and metrics.acc < 0.7", "ba")]
    [InlineData("metrics.acc != 0.9", "cba")]
    [InlineData("metrics.acc is null", "d")]
    [InlineData("metrics.acc is not null and params.lr is not null", "ba")]
    public async Task A_filter_finds_what_is_as_asked(string? filter, string expected) => Assert.Equal(expected, await FindAsync(new { filter }));

    [Theory]
    [InlineData(null, "train", null, "a")]
    [InlineData(null, "test", null, "ba")]
    [InlineData(null, "test", "2", "b")]
    [InlineData(null, "nothing", null, "")]
    [InlineData("metrics.acc > 0.55", "test", null, "b")]
    [InlineData("metrics.acc > 0.55", "test", "1", "")]
    [InlineData("metrics.acc is null", "test", "1", "dcb")]
    [InlineData("params.lr = '0.1'", "test", null, "a")]
    public async Task Datasets_say_which_metrics_count(string? filter, string dataset, string? digest, string expected) =>
        Assert.Equal(expected, await FindAsync(new { filter, datasets = new[] { new { dataset_name = dataset, dataset_digest = digest } } }));

    [Fact]
    public async Task Of_several_datasets_any_is_enough() =>
        Assert.Equal("ba", await FindAsync(new { datasets = new object[] { new { dataset_name = "train" }, new { dataset_name = "test", dataset_digest = "2" } } }));

    [Theory]
    [InlineData("creation_timestamp", true, null, null, "abcd")]
    [InlineData("creation_time", false, null, null, "dcba")]
    [InlineData("name", true, null, null, "abcd")]
    [InlineData("name", null, null, null, "abcd")]
    [InlineData("model_type", false, null, null, "badc")]
    [InlineData("metrics.acc", true, null, null, "abcd")]
    [InlineData("metrics.acc", false, null, null, "bacd")]
    [InlineData("metrics.acc", true, "test", null, "abdc")]
    [InlineData("metrics.acc", false, "test", "1", "adcb")]
    [InlineData("metrics.acc", false, "train", null, "adcb")]
    [InlineData("metrics.nothing", true, null, null, "dcba")]
    public async Task An_order_goes_by_an_attribute_or_the_newest_value_of_a_metric(string field, bool? ascending, string? dataset, string? digest, string expected)
    {
        var order = new[] { new { field_name = field, ascending, dataset_name = dataset, dataset_digest = digest } };

        Assert.Equal(expected, await FindAsync(new { order_by = order }));
        Assert.Equal(expected, await FindAsync(new { order_by = order, max_results = 1 }));
        Assert.Equal(expected, await FindAsync(new { order_by = order, max_results = 3 }));
    }

    [Fact]
    public async Task Two_terms_order_one_after_the_other() => Assert.Equal(
        "badc", await FindAsync(new { order_by = new object[] { new { field_name = "model_type" }, new { field_name = "metrics.acc", ascending = false, dataset_name = "test" } } }));

    [Theory]
    [InlineData("""{"filter": "metrics.acc >"}""", "position 14")]
    [InlineData("""{"filter": "attributes.nothing = 'a'"}""", "Valid keys are 'model_id', 'name', 'model_type', 'status'")]
    [InlineData("""{"filter": "datasets.name = 'a'"}""", "Invalid entity type 'datasets'")]
    [InlineData("""{"filter": "status > 1"}""", "Invalid comparator '>'")]
    [InlineData("""{"order_by": [{}]}""", "'order_by[0].field_name'")]
    [InlineData("""{"order_by": ["name"]}""", "'order_by[0]'")]
    [InlineData("""{"order_by": [{"field_name": "nothing"}]}""", "Invalid 'order_by[0].field_name': Invalid attribute key 'nothing'")]
    [InlineData("""{"order_by": [{"field_name": "params.lr"}]}""", "'order_by[0].field_name'")]
    [InlineData("""{"order_by": [{"field_name": "name", "ascending": "up"}]}""", "'order_by[0].ascending'")]
    [InlineData("""{"order_by": [{"field_name": "name", "dataset_name": "test"}]}""", "'order_by[0].dataset_name'")]
    [InlineData("""{"order_by": [{"field_name": "metrics.acc", "dataset_digest": "1"}]}""", "'order_by[0].dataset_digest'")]
    [InlineData("""{"order_by": [{"field_name": "metrics.acc"}, {"field_name": "metrics.acc", "ascending": false}]}""", "named twice")]
    [InlineData("""{"datasets": [{"dataset_digest": "1"}]}""", "'datasets[0].dataset_name'")]
    [InlineData("""{"max_results": 0}""", "'max_results'")]
    [InlineData("""{"max_results": 50001}""", "'max_results'")]
    [InlineData("""{"page_token": "x"}""", "Invalid page token")]
    public async Task A_mistake_is_a_sentence(string body, string sentence)
    {
        var answer = await _client.SendAsync(HttpMethod.Post, "/api/2.0/mlflow/logged-models/search", body);

        Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE"), (answer.Status, answer.ErrorCode));
        Assert.Contains(sentence, answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_search_has_bounds_that_the_message_names()
    {
        await _client.PostAsync("logged-models/search", Search(new { order_by = Terms(10), datasets = Datasets(100), filter = "metrics.acc > 1" }));

        Assert.Contains("11 terms; at most 10", (await _client.TryPostAsync("logged-models/search", Search(new { order_by = Terms(11) }))).Message, StringComparison.Ordinal);
        Assert.Contains("at most 100 datasets, but got 101", (await _client.TryPostAsync("logged-models/search", Search(new { datasets = Datasets(101) }))).Message, StringComparison.Ordinal);

        static IEnumerable<object> Terms(int count) => Enumerable.Range(0, count).Select(i => new { field_name = $"metrics.m{i}", dataset_name = "test", dataset_digest = "1" });

        static IEnumerable<object> Datasets(int count) => Enumerable.Range(0, count).Select(i => new { dataset_name = $"d{i}", dataset_digest = "1" });
    }

    [Fact]
    public async Task A_token_belongs_to_its_search()
    {
        var first = await _client.PostAsync("logged-models/search", Search(new { max_results = 1 }));
        var token = first.GetProperty("next_page_token").GetString();

        foreach (var other in new object[]
        {
            new { page_token = token, filter = "name != 'x'" },
            new { page_token = token, order_by = new[] { new { field_name = "creation_timestamp", ascending = false } } },
            new { page_token = token, datasets = new[] { new { dataset_name = "test" } } },
        })
        {
            Assert.Contains("Invalid page token", (await _client.TryPostAsync("logged-models/search", Search(other))).Message, StringComparison.Ordinal);
        }

        var foreign = await _client.TryPostAsync("runs/search", Search(new { page_token = token }));
        Assert.Contains("Invalid page token", foreign.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_experiments_and_in_others_nothing_is_found()
    {
        Assert.Equal("{}", (await _client.PostAsync("logged-models/search", new { })).GetRawText());
        Assert.Equal("{}", (await _client.PostAsync("logged-models/search", new { experiment_ids = Nobody })).GetRawText());
    }

    [Fact]
    public async Task What_is_found_is_told_as_when_it_is_read()
    {
        var found = await _client.PostAsync("logged-models/search", Search(new { filter = "name = 'a'" }));

        Assert.Equal((await _client.GetAsync($"logged-models/{fixture.IdOf("a")}")).GetProperty("model").GetRawText(), found.GetProperty("models")[0].GetRawText());
    }

    private JsonObject Search(object fields, string? token = null)
    {
        var message = WireClient.With(fields, ("experiment_ids", new JsonArray(fixture.Experiment)));
        return token is null ? message : WireClient.With(message, ("page_token", token));
    }

    /// <summary>The names of what is found, page by page.</summary>
    private async Task<string> FindAsync(object fields)
    {
        var names = "";
        string? token = null;
        do
        {
            var page = await _client.PostAsync("logged-models/search", Search(fields, token));
            names += page.TryGetProperty("models", out var models)
                ? string.Concat(models.EnumerateArray().Select(model => fixture.NameOf(model.GetProperty("info").GetProperty("model_id").GetString()!)))
                : "";
            token = page.TryGetProperty("next_page_token", out var next) ? next.GetString() : null;
        }
        while (token is not null);

        return names;
    }
}

public sealed class LoggedModelSearchOnSqliteTests(LoggedModelSearchFixture fixture) : LoggedModelSearchTests(fixture), IClassFixture<LoggedModelSearchFixture>;

public sealed class LoggedModelSearchOnPostgreSqlTests(PostgreSqlLoggedModelSearchFixture fixture) : LoggedModelSearchTests(fixture), IClassFixture<PostgreSqlLoggedModelSearchFixture>;
