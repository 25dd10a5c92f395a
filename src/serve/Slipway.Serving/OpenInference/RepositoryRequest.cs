using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Slipway.Core.Errors;
using Slipway.Serving.Protocols;

namespace Slipway.Serving.OpenInference;

/// <summary>What a request to the model repository says besides its route. All of it may be left out, and its content type says nothing.</summary>
/// <param name="ReadyOnly">True when an index is to name only what answers.</param>
internal sealed record RepositoryRequest(bool ReadyOnly)
{
    /// <summary>Reads and checks a body.</summary>
    /// <exception cref="SlipwayException">It is no JSON object, or asks for something that loading does not do.</exception>
    public static async Task<RepositoryRequest> ReadAsync(HttpRequest request, ServingOptions options, CancellationToken cancellationToken)
    {
        var encoding = request.Headers.ContentEncoding.ToString();
        if (!RequestBody.IsTaken(encoding))
        {
            throw Bad($"The request's Content-Encoding '{encoding}' is not taken. Send it plain, or packed with gzip or deflate");
        }

        var body = new CallBuffer();
        await RequestBody.ReadAsync(request, encoding, body, options, cancellationToken);
        if (body.Count == 0)
        {
            return new RepositoryRequest(ReadyOnly: false);
        }

        try
        {
            using var json = JsonDocument.Parse(body.Written);
            return Read(json.RootElement);
        }
        catch (JsonException e)
        {
            throw Bad($"The request is not JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine}). Send an object, or nothing");
        }
    }

    private static RepositoryRequest Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw Bad("The request is not a JSON object. Send an object, or nothing");
        }

        var readyOnly = json.TryGetProperty("ready", out var ready) && ReadFlag(ready, "ready");
        if (json.TryGetProperty("parameters", out var parameters))
        {
            Check(parameters);
        }

        return new RepositoryRequest(readyOnly);
    }

    private static void Check(JsonElement parameters)
    {
        if (parameters.ValueKind != JsonValueKind.Object)
        {
            throw Bad("\"parameters\" must be an object");
        }

        foreach (var parameter in parameters.EnumerateObject())
        {
            // Left alone, a model would be loaded that is not the one that was asked for.
            if (parameter.Name == "config" || parameter.Name.StartsWith("file:", StringComparison.Ordinal))
            {
                throw Bad($"The parameter '{parameter.Name}' is not taken: a model is loaded from its own files and configuration. Change those and load it again");
            }

            // No model is part of another one, so none has dependents, whether or not they are to go with it.
            if (parameter.Name == "unload_dependents")
            {
                ReadFlag(parameter.Value, parameter.Name);
            }
        }
    }

    private static bool ReadFlag(JsonElement value, string name) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Bad($"\"{name}\" must be true or false"),
    };

    private static SlipwayException Bad(string message) => new(ErrorKind.InvalidInput, message + ".");
}
