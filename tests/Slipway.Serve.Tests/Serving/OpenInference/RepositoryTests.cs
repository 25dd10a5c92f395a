using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Core.Errors;
using Slipway.Serving;
using Slipway.Serving.Repository;

namespace Slipway.Serve.Tests.Serving.OpenInference;

/// <summary>The routes of the extension <c>model_repository</c>, over a repository of two models.</summary>
public sealed class RepositoryTests : IAsyncLifetime
{
    private const string Index = "/v2/repository/index";

    private readonly Shelf _shelf = new();
    private ServingServer _server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _server = await ServingServer.StartAsync(new ServingOptions(), services => services.AddSingleton<IModelRepository>(_shelf), null, Cancel);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task The_index_names_what_there_is_and_why_it_does_not_answer()
    {
        await StatusAsync("/v2/repository/models/first/load", "");

        var all = await _server.PostAsync(Index, "", Cancel);
        var ready = await _server.PostAsync(Index, """{"ready":true}""", Cancel);

        Assert.Equal(
            """[{"name":"first","version":"1","state":"READY","reason":""},{"name":"second","version":"1","state":"UNAVAILABLE","reason":"unloaded"}]""", all.Json.GetRawText());
        Assert.Equal("""[{"name":"first","version":"1","state":"READY","reason":""}]""", ready.Json.GetRawText());
    }

    [Fact]
    public async Task A_model_is_loaded_and_unloaded_by_name()
    {
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/v2/repository/models/first/load", ""));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/v2/repository/models/second/load", """{"parameters":{}}"""));
        Assert.Equal(["first", "second"], _shelf.Loaded);

        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/v2/repository/models/first/unload", """{"parameters":{"unload_dependents":true}}"""));
        Assert.Equal(["second"], _shelf.Loaded);
    }

    [Fact]
    public async Task The_extension_is_listed_where_there_is_a_repository() => Assert.Contains(
        "model_repository", (await _server.GetAsync("/v2", Cancel)).Json.GetProperty("extensions").EnumerateArray().Select(e => e.GetString()));

    [Theory]
    [InlineData("/v2/repository/models/third/load", "", HttpStatusCode.NotFound, "Request for unknown model: 'third'")]
    [InlineData("/v2/repository/models/first/load", "[]", HttpStatusCode.BadRequest, "not a JSON object")]
    [InlineData("/v2/repository/models/first/load", "{", HttpStatusCode.BadRequest, "The request is not JSON")]
    [InlineData("/v2/repository/models/first/load", """{"parameters":[]}""", HttpStatusCode.BadRequest, "\"parameters\" must be an object")]
    [InlineData("/v2/repository/models/first/load", """{"parameters":{"config":"{}"}}""", HttpStatusCode.BadRequest, "The parameter 'config' is not taken")]
    [InlineData("/v2/repository/models/first/load", """{"parameters":{"file:1/model.onnx":"AA=="}}""", HttpStatusCode.BadRequest, "The parameter 'file:1/model.onnx' is not taken")]
    [InlineData("/v2/repository/models/first/unload", """{"parameters":{"unload_dependents":"yes"}}""", HttpStatusCode.BadRequest, "\"unload_dependents\" must be true or false")]
    [InlineData(Index, """{"ready":1}""", HttpStatusCode.BadRequest, "\"ready\" must be true or false")]
    public async Task Each_mistake_gets_one_sentence_and_nothing_is_loaded(string path, string body, HttpStatusCode expected, string message)
    {
        var answer = await _server.PostAsync(path, body, Cancel);

        Assert.Equal(expected, answer.Status);
        Assert.Contains(message, answer.Error, StringComparison.Ordinal);
        Assert.Empty(_shelf.Loaded);
    }

    private async Task<HttpStatusCode> StatusAsync(string path, string body)
    {
        using var content = new StringContent(body);
        using var response = await _server.Client.PostAsync(new Uri(path, UriKind.Relative), content, Cancel);
        return response.StatusCode;
    }

    /// <summary>Two models that are only named: what loading does to requests is tested with the real repository.</summary>
    private sealed class Shelf : IModelRepository
    {
        private static readonly string[] Names = ["first", "second"];

        private readonly ConcurrentDictionary<string, bool> _loaded = new();

        public IEnumerable<string> Loaded => _loaded.Keys.Order();

        public IReadOnlyList<RepositoryModel> List() =>
        [
            .. Names.Select(n => _loaded.ContainsKey(n)
                ? new RepositoryModel(n, "1", RepositoryModelState.Ready, "")
                : new RepositoryModel(n, "1", RepositoryModelState.Unavailable, "unloaded")),
        ];

        public Task LoadAsync(string name, CancellationToken cancellationToken)
        {
            _loaded[Known(name)] = true;
            return Task.CompletedTask;
        }

        public Task UnloadAsync(string name, CancellationToken cancellationToken)
        {
            _loaded.Remove(Known(name), out _);
            return Task.CompletedTask;
        }

        private static string Known(string name) =>
            Names.Contains(name) ? name : throw new SlipwayException(ErrorKind.NotFound, $"Request for unknown model: '{name}' is not found.");
    }
}
