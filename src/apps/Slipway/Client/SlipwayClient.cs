using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Retraining.Pipelines;
using Slipway.Rollouts.Releases;

namespace Slipway.Client;

/// <summary>Talks to a server's own API and data plane. Every failure is a <see cref="SlipwayException"/> with the server's own sentence.</summary>
internal sealed class SlipwayClient : IDisposable
{
    private const string DefaultServer = "http://127.0.0.1:5080";

    private readonly HttpClient _http;

    public SlipwayClient(ServerAddress? server)
    {
        var address = server?.Url ?? Environment.GetEnvironmentVariable("SLIPWAY_SERVER") ?? DefaultServer;
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"'{address}' is not a server's address. Write it as http://HOST:PORT.");
        }

        // A watched run may be quiet for an hour, so there is no time limit but the user's Ctrl+C; connecting has one.
        _http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(10), UseProxy = false })
        {
            BaseAddress = uri,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        if ((server?.Key ?? Environment.GetEnvironmentVariable("SLIPWAY_KEY"))?.Trim() is { Length: > 0 } key)
        {
            _http.DefaultRequestHeaders.Authorization = key.All(c => c is > ' ' and <= '~')
                ? new AuthenticationHeaderValue("Bearer", key)
                : throw new SlipwayException(ErrorKind.InvalidInput, "The key has spaces or other characters that no key has. Take it as `slipway key create` showed it.");
        }
    }

    public async Task<T> GetAsync<T>(string path, CancellationToken cancellationToken) =>
        await ReadAsync<T>(() => _http.GetAsync(new Uri(path, UriKind.Relative), cancellationToken), cancellationToken);

    public async Task<T> PostAsync<T>(string path, object body, CancellationToken cancellationToken) =>
        await ReadAsync<T>(() => _http.PostAsJsonAsync(path, body, SlipwayJson.Options, cancellationToken), cancellationToken);

    public async Task<T> DeleteAsync<T>(string path, CancellationToken cancellationToken) =>
        await ReadAsync<T>(() => _http.DeleteAsync(new Uri(path, UriKind.Relative), cancellationToken), cancellationToken);

    /// <summary>Replaces something; <paramref name="ifMatch"/> is the revision that was read, or null.</summary>
    public async Task<T> PutAsync<T>(string path, object body, string? ifMatch, CancellationToken cancellationToken) => await ReadAsync<T>(
        () =>
        {
            var request = new HttpRequestMessage(HttpMethod.Put, path) { Content = JsonContent.Create(body, options: SlipwayJson.Options) };
            if (ifMatch is not null)
            {
                request.Headers.IfMatch.Add(new EntityTagHeaderValue($"\"{ifMatch}\""));
            }

            return _http.SendAsync(request, cancellationToken);
        },
        cancellationToken);

    /// <summary>A document as it is.</summary>
    public async Task<string> GetTextAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(() => _http.GetAsync(new Uri(path, UriKind.Relative), cancellationToken), cancellationToken);
        return await response.Content.ReadAsStringAsync(cancellationToken);
    }

    /// <summary>A pipeline run whenever it changes, until it has ended.</summary>
    public IAsyncEnumerable<PipelineRun> WatchAsync(string id, CancellationToken cancellationToken) =>
        WatchAsync<PipelineRun>($"/api/v1/pipelines/{id}/watch", run => run.EndedAt is not null, cancellationToken);

    /// <summary>A rollout whenever it changes, until it has ended.</summary>
    public IAsyncEnumerable<RolloutState> WatchRolloutAsync(string id, CancellationToken cancellationToken) =>
        WatchAsync<RolloutState>($"/api/v1/rollouts/{id}/watch", rollout => rollout.EndedAt is not null, cancellationToken);

    public void Dispose() => _http.Dispose();

    private async IAsyncEnumerable<T> WatchAsync<T>(string path, Func<T, bool> hasEnded, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            () => _http.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellationToken), cancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        var ended = false;
        while (await ReadLineAsync(reader, cancellationToken) is { } line)
        {
            var state = JsonSerializer.Deserialize<T>(line, SlipwayJson.Options)!;
            ended = hasEnded(state);
            yield return state;
        }

        if (!ended)
        {
            throw WentAway();
        }
    }

    private async Task<T> ReadAsync<T>(Func<Task<HttpResponseMessage>> send, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(send, cancellationToken);
        try
        {
            return (await response.Content.ReadFromJsonAsync<T>(SlipwayJson.Options, cancellationToken))!;
        }
        catch (JsonException exception)
        {
            throw new SlipwayException(ErrorKind.Unavailable, $"{response.RequestMessage?.RequestUri} answered something else than Slipway does. Is that a Slipway server?", exception);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(Func<Task<HttpResponseMessage>> send, CancellationToken cancellationToken)
    {
        HttpResponseMessage response;
        try
        {
            response = await send();
        }
        catch (Exception exception) when (exception is HttpRequestException || (exception is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new SlipwayException(
                ErrorKind.Unavailable,
                $"Cannot reach a Slipway server at {_http.BaseAddress}. Start one with `slipway up`, or name another with --server or SLIPWAY_SERVER.",
                exception);
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw await ToExceptionAsync(response, cancellationToken);
        }
    }

    private async Task<string?> ReadLineAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadLineAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            throw WentAway(exception);
        }
    }

    private SlipwayException WentAway(Exception? cause = null)
    {
        var sentence = $"The server at {_http.BaseAddress} went away. `slipway status` shows how things stand once it is back.";
        return cause is null ? new SlipwayException(ErrorKind.Unavailable, sentence) : new SlipwayException(ErrorKind.Unavailable, sentence, cause);
    }

    // problem+json from Slipway's own API, {"error": …} from the Open Inference Protocol.
    private static async Task<SlipwayException> ToExceptionAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        JsonObject? problem = null;
        try
        {
            problem = await response.Content.ReadFromJsonAsync<JsonObject>(cancellationToken);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Not ours: a proxy's page, or another program on that port. The status says what there is to say.
        }

        var sentence = Text(problem?["detail"]) ?? Text(problem?["error"]) ?? Text(problem?["title"])
            ?? $"{response.RequestMessage?.RequestUri} answered {(int)response.StatusCode}. Is that a Slipway server?";
        var details = problem?["errors"] is JsonArray errors ? errors.Select(Text).OfType<string>().ToArray() : [];
        return new SlipwayException(KindOf(response.StatusCode), sentence) { Details = details };
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static ErrorKind KindOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.NotFound => ErrorKind.NotFound,
        HttpStatusCode.Conflict => ErrorKind.Conflict,
        HttpStatusCode.Unauthorized => ErrorKind.Unauthenticated,
        HttpStatusCode.TooManyRequests => ErrorKind.TooMany,
        HttpStatusCode.Forbidden => ErrorKind.Forbidden,
        HttpStatusCode.RequestEntityTooLarge => ErrorKind.TooLarge,
        HttpStatusCode.UnprocessableEntity => ErrorKind.Failed,
        HttpStatusCode.NotImplemented => ErrorKind.NotAvailable,
        HttpStatusCode.ServiceUnavailable => ErrorKind.Unavailable,
        HttpStatusCode.GatewayTimeout => ErrorKind.Timeout,
        HttpStatusCode.InternalServerError => ErrorKind.Failed,
        _ => ErrorKind.InvalidInput,
    };
}
