using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Slipway.Develop.Tests.Tracking;

/// <summary>Every limit of MLflow's interface: what is at it is taken, one more is refused with the field's name.</summary>
public sealed class LimitTests(TrackingServer server) : IClassFixture<TrackingServer>
{
    private const int RequestLimit = 1_000_000;

    private static readonly string[] Default = ["0"];

    private readonly WireClient _client = server.Client;

    public static TheoryData<string, string, string, int> Lengths => new()
    {
        { "experiments/create", "name", "'name'", 500 },
        { "experiments/update", "new_name", "'new_name'", 500 },
        { "experiments/set-experiment-tag", "key", "'key'", 250 },
        { "experiments/set-experiment-tag", "value", "'value'", 8000 },
        { "runs/set-tag", "key", "'key'", 250 },
        { "runs/set-tag", "value", "'value'", 8000 },
        { "runs/log-parameter", "key", "'key'", 250 },
        { "runs/log-parameter", "value", "'value'", 6000 },
        { "runs/log-metric", "key", "'key'", 250 },
        { "runs/create", "run_name", "'run_name'", 8000 },
        { "runs/create", "tags.key", "'tags[0].key'", 250 },
        { "runs/create", "tags.value", "'tags[0].value'", 8000 },
        { "runs/log-batch", "metrics.key", "'metrics[0].key'", 250 },
        { "runs/log-batch", "params.key", "'params[0].key'", 250 },
        { "runs/log-batch", "params.value", "'params[0].value'", 6000 },
        { "runs/log-batch", "tags.key", "'tags[0].key'", 250 },
        { "runs/log-batch", "tags.value", "'tags[0].value'", 8000 },
    };

    [Theory]
    [MemberData(nameof(Lengths))]
    public async Task A_text_may_be_as_long_as_its_limit_and_no_longer(string path, string field, string named, int limit)
    {
        // A character beyond the basic plane is one character, as it is to Python.
        foreach (var letter in field.EndsWith("key", StringComparison.Ordinal) ? new[] { "k", "ü" } : ["v", "😀"])
        {
            foreach (var length in new[] { limit - 1, limit })
            {
                var text = string.Concat(Enumerable.Repeat(letter, length - 4)) + $"{Random.Shared.Next(1000, 9999)}";
                Assert.Equal("", (await TryAsync(text)).Json.TryGetProperty("message", out var message) ? message.GetString() : "");
            }

            var longer = await TryAsync(string.Concat(Enumerable.Repeat(letter, limit + 1)));
            Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE"), (longer.Status, longer.ErrorCode));
            Assert.Equal($"{named} exceeds the maximum length of {limit} characters.", longer.Message);
        }

        async Task<WireAnswer> TryAsync(string text)
        {
            var message = (JsonObject)JsonSerializer.SerializeToNode(new
            {
                experiment_id = path.StartsWith("experiments/", StringComparison.Ordinal) ? await _client.CreateExperimentAsync() : "0",
                run_id = path == "runs/create" ? null : await _client.CreateRunAsync(),
                key = "k",
                value = path == "runs/log-metric" ? (object)1 : "v",
                timestamp = 1,
            })!;
            var parts = field.Split('.');
            if (parts.Length == 1)
            {
                message[field] = text;
            }
            else
            {
                message[parts[0]] = new JsonArray(WireClient.With(new { key = "k", value = parts[0] == "metrics" ? (object)1 : "v", timestamp = 1 }, (parts[1], text)));
            }

            return await _client.SendAsync(HttpMethod.Post, $"/api/2.0/mlflow/{path}", message.ToJsonString());
        }
    }

    [Theory]
    [InlineData(999, 0, 0, null)]
    [InlineData(1000, 0, 0, null)]
    [InlineData(1001, 0, 0, "A batch logging request can contain at most 1000 metrics. Got 1001 metrics.")]
    [InlineData(0, 100, 0, null)]
    [InlineData(0, 101, 0, "A batch logging request can contain at most 100 params. Got 101 params.")]
    [InlineData(0, 0, 100, null)]
    [InlineData(0, 0, 101, "A batch logging request can contain at most 100 tags. Got 101 tags.")]
    [InlineData(800, 100, 100, null)]
    [InlineData(801, 100, 100, "A batch logging request can contain at most 1000 metrics, params, and tags. Got 1001 metrics, params, and tags.")]
    public async Task A_batch_may_be_as_large_as_its_limits(int metrics, int parameters, int tags, string? message)
    {
        var run = await _client.CreateRunAsync();

        var answer = await _client.TryPostAsync("runs/log-batch", new
        {
            run_id = run,
            metrics = Enumerable.Range(0, metrics).Select(i => new { key = $"m{i}", value = i, timestamp = 1 }),
            @params = Enumerable.Range(0, parameters).Select(i => new { key = $"p{i}", value = $"{i}" }),
            tags = Enumerable.Range(0, tags).Select(i => new { key = $"t{i}", value = $"{i}" }),
        });

        if (message is null)
        {
            Assert.Equal("{}", answer.Text);
            Assert.Equal((metrics, parameters, tags + 1), ((await _client.DataAsync(run, "metrics")).Count, (await _client.DataAsync(run, "params")).Count, (await _client.DataAsync(run, "tags")).Count));
        }
        else
        {
            Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE"), (answer.Status, answer.ErrorCode));
            Assert.StartsWith(message, answer.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public async Task A_request_may_have_a_megabyte(int more, bool taken)
    {
        var run = await _client.CreateRunAsync();
        var head = $$"""{"run_id": "{{run}}", "tags": []""";
        var body = head + new string(' ', RequestLimit + more - head.Length - 1) + "}";

        var answer = await _client.SendAsync(HttpMethod.Post, "/api/2.0/mlflow/runs/log-batch", body);

        Assert.Equal(taken ? HttpStatusCode.OK : HttpStatusCode.BadRequest, answer.Status);
        if (!taken)
        {
            Assert.Equal("INVALID_PARAMETER_VALUE", answer.ErrorCode);
            Assert.StartsWith("A request must be at most 1000000 bytes, got a request of size 1000001.", answer.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("runs/search", 50_000, true)]
    [InlineData("runs/search", 50_001, false)]
    [InlineData("runs/search", 0, false)]
    [InlineData("runs/search", -1, false)]
    [InlineData("experiments/search", 50_000, true)]
    [InlineData("experiments/search", 50_001, false)]
    public async Task A_page_of_a_search_has_a_limit(string path, int most, bool taken)
    {
        var answer = await _client.TryPostAsync(path, new { experiment_ids = Default, max_results = most });

        Assert.Equal(taken ? HttpStatusCode.OK : HttpStatusCode.BadRequest, answer.Status);
        if (!taken)
        {
            Assert.Equal($"Invalid value {most} for parameter 'max_results' supplied: It must be between 1 and 50000.", answer.Message);
        }
    }

    [Theory]
    [InlineData("a/b.c-d_e:f g", true)]
    [InlineData("größe/漢字", true)]
    [InlineData("..a", true)]
    [InlineData("", false)]
    [InlineData(".", false)]
    [InlineData("..", false)]
    [InlineData("../a", false)]
    [InlineData("a/../b", false)]
    [InlineData("a/./b", false)]
    [InlineData("/a", false)]
    [InlineData("a/", false)]
    [InlineData("a//b", false)]
    [InlineData("a\\b", false)]
    [InlineData("a\n", false)]
    [InlineData("<b>", false)]
    [InlineData("a'b", false)]
    [InlineData("a?b", false)]
    [InlineData("😀", false)]
    public async Task Metrics_parameters_and_tags_have_names_that_could_be_files(string name, bool taken)
    {
        var run = await _client.CreateRunAsync();
        foreach (var path in new[] { "runs/log-metric", "runs/log-parameter", "runs/set-tag" })
        {
            var answer = await _client.TryPostAsync(path, new { run_id = run, key = name, value = path == "runs/log-metric" ? (object)1 : "1", timestamp = 1 });

            Assert.Equal(taken ? HttpStatusCode.OK : HttpStatusCode.BadRequest, answer.Status);
            if (!taken)
            {
                Assert.Equal("INVALID_PARAMETER_VALUE", answer.ErrorCode);
                Assert.Contains("'key'", answer.Message, StringComparison.Ordinal);
                Assert.DoesNotContain("<b>", answer.Text, StringComparison.Ordinal);
            }
        }
    }
}
