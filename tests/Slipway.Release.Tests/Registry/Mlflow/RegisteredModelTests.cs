using System.Net;
using System.Text.Json;
using Slipway.Develop.Tests.Tracking;

namespace Slipway.Release.Tests.Registry.Mlflow;

public sealed class RegisteredModelTests(MlflowServer server) : IClassFixture<MlflowServer>
{
    private readonly WireClient _client = server.Client;
    private readonly string _name = $"Churn model {Guid.NewGuid():N}";

    [Fact]
    public async Task What_is_created_is_answered_with_its_description_and_tags()
    {
        var created = await _client.PostAsync(
            "registered-models/create", new { name = _name, description = "who leaves", tags = new[] { new { key = "b", value = "1" }, new { key = "a", value = "x" }, new { key = "a", value = "" } } });

        Assert.Equal(
            $$$"""{"registered_model":{"name":"{{{_name}}}","creation_timestamp":{{{server.Now}}},"last_updated_timestamp":{{{server.Now}}},"user_id":"local","description":"who leaves","tags":[{"key":"a","value":""},{"key":"b","value":"1"}]}}""",
            created.GetRawText());
        Assert.Equal(created.GetRawText(), (await _client.GetAsync("registered-models/get", ("name", _name))).GetRawText());
    }

    [Fact]
    public async Task Of_many_that_create_one_name_at_once_one_wins_and_the_others_hear_that_it_exists()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => _client.TryPostAsync("registered-models/create", new { name = _name })));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.All(answers.Where(answer => answer.Status != HttpStatusCode.OK), answer => Assert.Equal(
            (HttpStatusCode.BadRequest, "RESOURCE_ALREADY_EXISTS", $"Registered Model (name={_name}) already exists."), (answer.Status, answer.ErrorCode, answer.Message)));
    }

    [Theory]
    [InlineData("ünïcode 漢字 😀")]
    [InlineData("<script>alert('x')</script>", "<script>")]
    [InlineData("a?b#c%2fd;e\"f'g\\ @ ..")]
    public async Task A_name_may_hold_nearly_any_text_and_comes_back_as_it_is(string text, string never = "\u0001")
    {
        var name = $"{text.Replace("/", "", StringComparison.Ordinal)} {_name}";
        await _client.CreateModelAsync(name);
        await _client.CreateVersionAsync(name);

        var answer = await _client.TryGetAsync("registered-models/get", ("name", name));

        Assert.Equal(name, answer.Json.GetProperty("registered_model").Text("name"));
        Assert.DoesNotContain(never, answer.Text, StringComparison.Ordinal);
        Assert.Equal([name], (await _client.GetAsync("model-versions/search", ("filter", $"name = \"{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\""))).Each("model_versions", "name"));
    }

    [Theory]
    [InlineData("", "Missing value for required parameter 'name'")]
    [InlineData("  ", "not blank")]
    [InlineData("a/b", "neither '/' nor ':'")]
    [InlineData("a:b", "neither '/' nor ':'")]
    [InlineData("a\0b", "U+0000")]
    public async Task A_name_that_no_address_could_say_is_refused(string name, string sentence)
    {
        var created = await _client.TryPostAsync("registered-models/create", new { name });
        await _client.CreateModelAsync(_name);
        var renamed = await _client.TryPostAsync("registered-models/rename", new { name = _name, new_name = name });

        Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE"), (created.Status, created.ErrorCode));
        Assert.Contains(sentence, created.Message, StringComparison.Ordinal);
        Assert.Equal("INVALID_PARAMETER_VALUE", renamed.ErrorCode);
        Assert.Contains("'new_name'", renamed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Limits_hold_at_and_refuse_over()
    {
        var longest = $"{Guid.NewGuid():N}{new string('x', 224)}";
        await _client.PostAsync("registered-models/create", new { name = longest, description = new string('d', 5000), tags = new[] { new { key = new string('k', 250), value = new string('v', 100_000) } } });

        Assert.Equal(100_000, (await _client.GetModelAsync(longest)).GetProperty("tags")[0].Text("value")!.Length);
        foreach (var (fields, sentence) in new (object, string)[]
        {
            (new { name = longest + "x" }, "'name' exceeds the maximum length of 256 characters."),
            (new { name = _name, description = new string('d', 5001) }, "'description' exceeds the maximum length of 5000 characters."),
            (new { name = _name, tags = new[] { new { key = new string('k', 251), value = "" } } }, "'tags[0].key' exceeds the maximum length of 250 characters."),
            (new { name = _name, tags = new[] { new { key = "k", value = new string('v', 100_001) } } }, "'tags[0].value' exceeds the maximum length of 100000 characters."),
        })
        {
            var answer = await _client.TryPostAsync("registered-models/create", fields);
            Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE", sentence), (answer.Status, answer.ErrorCode, answer.Message));
        }
    }

    [Fact]
    public async Task A_model_gets_another_name_with_its_versions_tags_and_aliases()
    {
        await _client.CreateModelAsync(_name);
        await _client.CreateVersionAsync(_name);
        await _client.PostAsync("registered-models/alias", new { name = _name, alias = "champion", version = "1" });
        var other = await _client.CreateModelAsync($"{_name} other");
        server.Time.Advance(TimeSpan.FromSeconds(1));

        var taken = await _client.TryPostAsync("registered-models/rename", new { name = _name, new_name = other.Text("name") });
        var renamed = (await _client.PostAsync("registered-models/rename", new { name = _name, new_name = $"{_name} 2" })).GetProperty("registered_model");

        Assert.Equal("RESOURCE_ALREADY_EXISTS", taken.ErrorCode);
        Assert.Equal(($"{_name} 2", server.Now), (renamed.Text("name"), renamed.GetProperty("last_updated_timestamp").GetInt64()));
        Assert.Equal($"{_name} 2", (await _client.GetAsync("registered-models/alias", ("name", $"{_name} 2"), ("alias", "champion"))).GetProperty("model_version").Text("name"));
        Assert.Equal("RESOURCE_DOES_NOT_EXIST", (await _client.TryGetAsync("model-versions/get", ("name", _name), ("version", 1))).ErrorCode);
    }

    [Fact]
    public async Task The_description_and_tags_change()
    {
        await _client.CreateModelAsync(_name);

        await _client.SendAsync("PATCH", "registered-models/update", new { name = _name, description = "new" });
        await _client.PostAsync("registered-models/set-tag", new { name = _name, key = "team", value = "a" });
        await _client.PostAsync("registered-models/set-tag", new { name = _name, key = "team", value = "b" });
        await _client.PostAsync("registered-models/set-tag", new { name = _name, key = "gone", value = "b" });
        await _client.SendAsync("DELETE", "registered-models/delete-tag", new { name = _name, key = "gone" });
        await _client.SendAsync("DELETE", "registered-models/delete-tag", new { name = _name, key = "never was" });
        var model = await _client.GetModelAsync(_name);

        Assert.Equal("new", model.Text("description"));
        Assert.Equal("""[{"key":"team","value":"b"}]""", model.GetProperty("tags").GetRawText());
    }

    [Fact]
    public async Task What_is_deleted_is_gone_with_its_versions_and_the_name_is_free()
    {
        await _client.CreateModelAsync(_name);
        await _client.PostAsync("registered-models/set-tag", new { name = _name, key = "team", value = "a" });
        await _client.CreateVersionAsync(_name);
        await _client.PostAsync("model-versions/set-tag", new { name = _name, version = "1", key = "a", value = "b" });

        Assert.Equal("{}", (await _client.SendAsync("DELETE", "registered-models/delete", new { name = _name })).GetRawText());

        var gone = await _client.TryGetAsync("registered-models/get", ("name", _name));
        Assert.Equal((HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST", $"Registered Model with name={_name} not found"), (gone.Status, gone.ErrorCode, gone.Message));
        Assert.Equal("RESOURCE_DOES_NOT_EXIST", (await _client.TryGetAsync("model-versions/get", ("name", _name), ("version", "1"))).ErrorCode);
        Assert.False((await _client.CreateModelAsync(_name)).TryGetProperty("tags", out _));
        Assert.Equal("1", await _client.CreateVersionAsync(_name));
        Assert.False((await _client.GetVersionAsync(_name, 1)).TryGetProperty("tags", out _));
    }

    [Theory]
    [InlineData("POST", "registered-models/rename", """{"name": "nobody", "new_name": "x"}""")]
    [InlineData("PATCH", "registered-models/update", """{"name": "nobody", "description": "x"}""")]
    [InlineData("DELETE", "registered-models/delete", """{"name": "nobody"}""")]
    [InlineData("POST", "registered-models/set-tag", """{"name": "nobody", "key": "a", "value": "b"}""")]
    [InlineData("DELETE", "registered-models/delete-tag", """{"name": "nobody", "key": "a"}""")]
    [InlineData("DELETE", "registered-models/alias", """{"name": "nobody", "alias": "a"}""")]
    [InlineData("POST", "registered-models/get-latest-versions", """{"name": "nobody"}""")]
    [InlineData("POST", "model-versions/create", """{"name": "nobody", "source": "runs:/x/model"}""")]
    public async Task A_model_that_is_not_there_is_said_so(string method, string path, string fields)
    {
        var answer = await _client.SendAsync(new HttpMethod(method), $"/api/2.0/mlflow/{path}", fields);

        Assert.Equal((HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST", "Registered Model with name=nobody not found"), (answer.Status, answer.ErrorCode, answer.Message));
    }

    [Fact]
    public async Task An_alias_names_one_version_until_it_names_another_or_is_deleted()
    {
        await _client.CreateModelAsync(_name);
        await _client.CreateVersionAsync(_name);
        await _client.CreateVersionAsync(_name);

        Assert.Equal("{}", (await _client.PostAsync("registered-models/alias", new { name = _name, alias = "champion", version = "1" })).GetRawText());
        await _client.PostAsync("registered-models/alias", new { name = _name, alias = "Älteste_1-a", version = "1" });
        Assert.Equal("1", await AliasedAsync("champion"));
        Assert.Equal("""["champion","Älteste_1-a"]""", (await _client.GetVersionAsync(_name, 1)).GetProperty("aliases").GetRawText());

        await _client.PostAsync("registered-models/alias", new { name = _name, alias = "champion", version = "2" });
        Assert.Equal("2", await AliasedAsync("champion"));
        Assert.Equal("""[{"alias":"champion","version":"2"},{"alias":"Älteste_1-a","version":"1"}]""", (await _client.GetModelAsync(_name)).GetProperty("aliases").GetRawText());

        await _client.SendAsync("DELETE", "registered-models/alias", new { name = _name, alias = "champion" });
        await _client.SendAsync("DELETE", "registered-models/alias", new { name = _name, alias = "champion" });
        await _client.SendAsync("DELETE", "model-versions/delete", new { name = _name, version = "1" });
        foreach (var alias in new[] { "champion", "Älteste_1-a" })
        {
            var gone = await _client.TryGetAsync("registered-models/alias", ("name", _name), ("alias", alias));
            Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE", $"Registered model alias {alias} not found."), (gone.Status, gone.ErrorCode, gone.Message));
        }
    }

    [Theory]
    [InlineData("latest", "reserved")]
    [InlineData("LATEST", "reserved")]
    [InlineData("v1", "reserved")]
    [InlineData("V007", "reserved")]
    [InlineData("a b", "may only contain")]
    [InlineData("a.b", "may only contain")]
    [InlineData("<b>", "may only contain")]
    [InlineData("a\n", "may only contain")]
    [InlineData("", "Missing value for required parameter 'alias'")]
    public async Task An_alias_that_could_be_taken_for_something_else_is_refused(string alias, string sentence)
    {
        await _client.CreateModelAsync(_name);
        await _client.CreateVersionAsync(_name);

        var answer = await _client.TryPostAsync("registered-models/alias", new { name = _name, alias, version = "1" });

        Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE"), (answer.Status, answer.ErrorCode));
        Assert.Contains(sentence, answer.Message, StringComparison.Ordinal);
        Assert.Contains("'alias'", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_alias_has_at_most_255_characters_and_names_a_version_that_is_there()
    {
        await _client.CreateModelAsync(_name);
        await _client.CreateVersionAsync(_name);

        await _client.PostAsync("registered-models/alias", new { name = _name, alias = new string('a', 255), version = "1" });
        Assert.Equal("'alias' exceeds the maximum length of 255 characters.", (await _client.TryPostAsync("registered-models/alias", new { name = _name, alias = new string('a', 256), version = "1" })).Message);
        Assert.Equal("RESOURCE_DOES_NOT_EXIST", (await _client.TryPostAsync("registered-models/alias", new { name = _name, alias = "b", version = "2" })).ErrorCode);
    }

    [Fact]
    public async Task A_change_and_its_entry_of_the_audit_are_there_together_and_a_refusal_is_recorded_too()
    {
        await _client.CreateModelAsync(_name);
        await _client.CreateVersionAsync(_name);
        await _client.PostAsync("registered-models/alias", new { name = _name, alias = "champion", version = "1" });
        await _client.TryPostAsync("registered-models/create", new { name = _name });
        await _client.SendAsync(HttpMethod.Delete, "/ajax-api/2.0/mlflow/model-versions/delete", JsonSerializer.Serialize(new { name = _name, version = "1" }));

        Assert.Equal(
            [
                $"DeleteModelVersionAjax {_name}@1 200",
                $"CreateRegisteredModel {_name} 400",
                $"SetRegisteredModelAlias {_name}@1 200",
                $"CreateModelVersion {_name} 200",
                $"CreateRegisteredModel {_name} 200",
            ],
            await server.AuditAsync(5));
    }

    private async Task<string?> AliasedAsync(string alias) => (await _client.GetAsync("registered-models/alias", ("name", _name), ("alias", alias))).GetProperty("model_version").Text("version");
}
