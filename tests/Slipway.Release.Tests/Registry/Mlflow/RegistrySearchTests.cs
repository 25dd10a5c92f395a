using System.Net;
using System.Text.Json;
using Slipway.Develop.Tests.Tracking;

namespace Slipway.Release.Tests.Registry.Mlflow;

public sealed class RegistrySearchTests(MlflowServer server) : IClassFixture<MlflowServer>
{
    private const string Models = "registered-models/search";
    private const string Versions = "model-versions/search";

    private readonly WireClient _client = server.Client;
    private readonly string _mark = $"{Guid.NewGuid():N}";

    [Fact]
    public async Task Models_are_found_by_name_and_tags_in_the_order_asked_for()
    {
        foreach (var name in new[] { "b", "a", "C", "it's" })
        {
            await _client.PostAsync("registered-models/create", new { name = $"{_mark} {name}", tags = new[] { new { key = "team", value = $"team {name}" }, new { key = "a.b c", value = "1" } } });
            server.Time.Advance(TimeSpan.FromSeconds(1));
        }

        await _client.SendAsync("PATCH", "registered-models/update", new { name = $"{_mark} b", description = "newest" });

        Assert.Equal(["C", "a", "b", "it's"], await NamesAsync($"name LIKE '{_mark}%'"));
        Assert.Equal(["a"], await NamesAsync($"name = '{_mark} a'"));
        Assert.Equal(["it's"], await NamesAsync($"name = '{_mark} it''s'"));
        Assert.Equal(["C"], await NamesAsync($"name ILIKE '{_mark} c'"));
        Assert.Equal(["C", "b", "it's"], await NamesAsync($"attribute.name LIKE '{_mark}%' and tags.team != 'team a'"));
        Assert.Equal(["a", "b"], await NamesAsync($"name LIKE '{_mark}%' AND tags.team IN ('team a', 'team b') AND tag.`a.b c` = '1'"));
        Assert.Empty(await NamesAsync($"name LIKE '{_mark}%' and tags.nothing = '1'"));
        Assert.Equal(["it's", "b", "a", "C"], await NamesAsync($"name LIKE '{_mark}%'", "name DESC"));
        Assert.Equal(["b", "it's", "C", "a"], await NamesAsync($"name LIKE '{_mark}%'", "last_updated_timestamp desc"));
        Assert.Equal(["a", "C", "it's", "b"], await NamesAsync($"name LIKE '{_mark}%'", "timestamp"));
        Assert.Equal(["b", "a", "C", "it's"], await NamesAsync($"name LIKE '{_mark}%'", "creation_timestamp"));
        Assert.Equal(["C", "a", "b", "it's"], await NamesAsync($"name LIKE '{_mark}%'", "tags.`a.b c`", "name"));
    }

    [Fact]
    public async Task Versions_are_found_by_name_number_run_source_and_tags()
    {
        var other = $"{_mark} other";
        await _client.CreateModelAsync(_mark);
        await _client.CreateModelAsync(other);
        await CreateAsync(_mark, "s3://x/1", "run-a", "red");
        await CreateAsync(_mark, "s3://x/2", "run-b", "blue");
        await CreateAsync(_mark, "s3://x/3", null, "red");
        await CreateAsync(other, "s3://x/4", "run-a", "red");
        var bikes = await server.RegisterAsync($"bikes-{_mark}", "1");
        await _client.PostAsync("model-versions/set-tag", new { name = bikes.Model, version = "1", key = "mark", value = _mark });

        Assert.Equal(["1 other", "3", "2", "1"], await VersionsAsync($"name LIKE '{_mark}%'"));
        Assert.Equal(["3", "2", "1"], await VersionsAsync($"name = '{_mark}'"));
        Assert.Equal(["2"], await VersionsAsync($"name = '{_mark}' and version_number = 2"));
        Assert.Equal(["3", "2"], await VersionsAsync($"name = '{_mark}' and version > 1"));
        Assert.Equal(["1 other", "1"], await VersionsAsync($"tags.mark = '{_mark}' and run_id = 'run-a'"));
        Assert.Equal(["1 other", "2", "1"], await VersionsAsync($"tags.mark = '{_mark}' and run_id IN ('run-a', 'run-b')"));
        Assert.Equal(["3"], await VersionsAsync($"name LIKE '{_mark}%' and run_id is null"));
        Assert.Equal(["2"], await VersionsAsync($"name = '{_mark}' and source_path LIKE '%/2'"));
        Assert.Equal(["3", "1"], await VersionsAsync($"name = '{_mark}' and tags.colour = 'red'"));
        Assert.Equal(["1", "2", "3", "1 other"], await VersionsAsync($"name LIKE '{_mark}%'", "creation_timestamp", "name", "version_number ASC"));
        Assert.Equal([bikes.Model], (await _client.GetAsync(Versions, ("filter", $"run_id = 'run-1' and tags.mark = '{_mark}'"))).Each("model_versions", "name"));

        async Task CreateAsync(string name, string source, string? run_id, string colour)
        {
            await _client.PostAsync("model-versions/create", new { name, source, run_id, tags = new[] { new { key = "colour", value = colour }, new { key = "mark", value = _mark } } });
            server.Time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Theory]
    [InlineData(Models)]
    [InlineData(Versions)]
    public async Task Pages_follow_one_another_and_a_token_belongs_to_its_search(string path)
    {
        for (var i = 0; i < 5; i++)
        {
            await _client.CreateModelAsync($"{_mark} {i}");
            await _client.CreateVersionAsync($"{_mark} {i}");
        }

        var list = path == Models ? "registered_models" : "model_versions";
        var filter = $"name LIKE '{_mark}%'";
        var first = await _client.GetAsync(path, ("filter", filter), ("order_by", "name DESC"), ("max_results", 2));
        var token = first.Text("next_page_token")!;

        // What comes in between shifts nothing.
        await _client.CreateModelAsync($"{_mark} 9");
        await _client.CreateVersionAsync($"{_mark} 9");
        var second = await _client.GetAsync(path, ("filter", filter), ("order_by", "name DESC"), ("max_results", 50), ("page_token", token));

        Assert.Equal([$"{_mark} 4", $"{_mark} 3"], first.Each(list, "name"));
        Assert.Equal([$"{_mark} 2", $"{_mark} 1", $"{_mark} 0"], second.Each(list, "name"));
        Assert.Null(second.Text("next_page_token"));
        foreach (var other in new[]
        {
            await _client.TryGetAsync(path, ("filter", filter), ("order_by", "name"), ("page_token", token)),
            await _client.TryGetAsync(path, ("filter", $"name LIKE '{_mark} %'"), ("order_by", "name DESC"), ("page_token", token)),
            await _client.TryGetAsync(path == Models ? Versions : Models, ("filter", filter), ("order_by", "name DESC"), ("page_token", token)),
            await _client.TryGetAsync(path, ("page_token", "<b>no token</b>")),
        })
        {
            Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE"), (other.Status, other.ErrorCode));
            Assert.Contains("Invalid page token", other.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_page_of_many_parts_is_whole()
    {
        await _client.CreateModelAsync(_mark);
        for (var i = 0; i < 450; i++)
        {
            await _client.CreateVersionAsync(_mark);
        }

        var found = await _client.GetAsync(Versions, ("filter", $"name = '{_mark}'"), ("order_by", "version_number"));

        Assert.Equal(Enumerable.Range(1, 450), found.Each("model_versions", "version").Select(number => int.Parse(number!, System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal("{}", (await _client.GetAsync(Versions, ("filter", $"name = '{_mark} nobody'"))).GetRawText());
    }

    [Fact]
    public async Task Prompts_are_found_by_who_asks_for_them()
    {
        var prompt = new[] { new { key = "mlflow.prompt.is_prompt", value = "true" } };
        await _client.PostAsync("registered-models/create", new { name = $"{_mark} prompt", tags = prompt });
        await _client.PostAsync("model-versions/create", new { name = $"{_mark} prompt", source = "prompt-template", tags = prompt });
        await _client.CreateModelAsync($"{_mark} model");
        await _client.CreateVersionAsync($"{_mark} model");

        var (models, versions) = ($"name LIKE '{_mark}%'", $"name LIKE '{_mark}%' AND tags.`mlflow.prompt.is_prompt` = 'true'");
        Assert.Equal([$"{_mark} model"], (await _client.GetAsync(Models, ("filter", models))).Each("registered_models", "name"));
        Assert.Equal([$"{_mark} model"], (await _client.GetAsync(Versions, ("filter", models))).Each("model_versions", "name"));
        Assert.Equal([$"{_mark} prompt"], (await _client.GetAsync(Models, ("filter", versions))).Each("registered_models", "name"));
        Assert.Equal([$"{_mark} prompt"], (await _client.GetAsync(Versions, ("filter", versions))).Each("model_versions", "name"));
    }

    [Theory]
    [InlineData(Models, "name = 'a' or name = 'b'", "position 12")]
    [InlineData(Models, "names = 'a'", "Did you mean 'name'?")]
    [InlineData(Models, "metrics.a > 1", "Invalid entity type 'metrics'")]
    [InlineData(Models, "run_id = 'a'", "Invalid attribute key 'run_id'")]
    [InlineData(Models, "name > 'a'", "Invalid comparator '>'")]
    [InlineData(Models, "name = a", "quoted string value")]
    [InlineData(Versions, "version_number = 'one'", "numeric value")]
    [InlineData(Versions, "stage = 'Production'", "Invalid attribute key 'stage'")]
    [InlineData(Versions, "name = 'a", "is not closed")]
    [InlineData(Versions, "params.a = 'a'", "Invalid entity type 'params'")]
    public async Task A_filter_that_means_nothing_is_refused_with_what_is_wrong(string path, string filter, string sentence)
    {
        var answer = await _client.TryGetAsync(path, ("filter", filter));

        Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE"), (answer.Status, answer.ErrorCode));
        Assert.Contains(sentence, answer.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Models, 1000)]
    [InlineData(Versions, 200_000)]
    public async Task A_page_has_at_most_what_MLflows_has(string path, int most)
    {
        Assert.Equal(HttpStatusCode.OK, (await _client.TryGetAsync(path, ("filter", "name = 'nobody'"), ("max_results", most))).Status);
        foreach (var size in new[] { 0, -1, most + 1 })
        {
            var answer = await _client.TryGetAsync(path, ("max_results", size));
            Assert.Equal(("INVALID_PARAMETER_VALUE", $"Invalid value {size} for parameter 'max_results' supplied: It must be between 1 and {most}."), (answer.ErrorCode, answer.Message));
        }
    }

    private async Task<IEnumerable<string?>> NamesAsync(string filter, params string[] orderBy) => (await FindAsync(Models, filter, orderBy)).Each("registered_models", "name").Select(name => name![(_mark.Length + 1)..]);

    private async Task<IEnumerable<string>> VersionsAsync(string filter, params string[] orderBy) =>
        (await FindAsync(Versions, filter, orderBy)).TryGetProperty("model_versions", out var versions)
            ? [.. versions.EnumerateArray().Select(v => $"{v.Text("version")}{v.Text("name")![_mark.Length..]}")]
            : [];

    private Task<JsonElement> FindAsync(string path, string filter, string[] orderBy) => _client.GetAsync(path, [("filter", filter), .. orderBy.Select(term => ("order_by", (object)term))]);
}
