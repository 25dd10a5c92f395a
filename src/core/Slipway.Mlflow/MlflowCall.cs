using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Access;
using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Storage;

namespace Slipway.Mlflow;

/// <summary>One call of an MLflow client: its fields, from the body or the query, and its answer.</summary>
public sealed class MlflowCall : IDisposable
{
    private readonly HttpContext _context;
    private readonly JsonDocument? _message;
    private readonly byte[]? _rented;

    // Set where the answer is for another call, which keeps it whole.
    private readonly int? _keptLimit;
    private readonly CancellationToken _ends;

    // Apart from the response: what fails before anything was sent is still answered as an error.
    private readonly ArrayBufferWriter<byte> _answer = new();

    private MlflowCall(HttpContext context, JsonDocument? message, byte[]? rented)
    {
        _context = context;
        _message = message;
        _rented = rented;
    }

    private MlflowCall(HttpContext context, JsonDocument? message, int keptLimit, CancellationToken cancellationToken)
        : this(context, message, rented: null)
    {
        _keptLimit = keptLimit;
        _ends = cancellationToken;
    }

    /// <summary>What the client sent.</summary>
    public MlflowFields Fields => new(_message?.RootElement ?? default, "");

    /// <summary>Who calls.</summary>
    public Actor Actor => _context.GetActor();

    /// <summary>A value that the address names, where the route has a place for it.</summary>
    public string InPath(string name) => _context.Request.RouteValues[name] is string value

        // The server decodes an address once and leaves this one escape as it is.
        ? value.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase)
        : throw Fields.Missing(name);

    /// <summary>Ends when the client has gone.</summary>
    public CancellationToken Cancellation => _keptLimit is null ? _context.RequestAborted : _ends;

    /// <summary>
    /// Runs a change and answers once it is durable. Its audit entry, which names <paramref name="target"/>, is part of the same transaction: a change and its entry are there together.
    /// </summary>
    public async Task<T> ChangeAsync<T>(string target, Func<WriteTransaction, Task<T>> change)
    {
        _context.SetAuditTarget(target);
        return await _context.RequestServices.GetRequiredService<Database>().WriteAsync(
            async transaction =>
            {
                var result = await change(transaction);
                await _context.AuditAsync(transaction);
                return result;
            },
            Cancellation);
    }

    /// <summary>Answers <c>{}</c>, as MLflow does where there is nothing to say.</summary>
    public Task AnswerAsync() => AnswerAsync(static _ => { });

    /// <summary>Answers with an object whose members <paramref name="write"/> writes.</summary>
    public async Task AnswerAsync(Action<Utf8JsonWriter> write) => await StreamAsync(json =>
    {
        write(json);
        return Task.CompletedTask;
    });

    /// <summary>Answers with an object whose members <paramref name="write"/> writes a part at a time; what it flushes leaves at once and costs no memory.</summary>
    public async Task StreamAsync(Func<Utf8JsonWriter, Task> write)
    {
        await using var json = new Utf8JsonWriter(_answer, MlflowJson.Writing);
        json.WriteStartObject();
        await write(json);
        json.WriteEndObject();
        json.Flush();
        await SendAsync(isWhole: !_context.Response.HasStarted);
    }

    /// <summary>Sends what a streamed answer has written so far, and waits until the client has room for more.</summary>
    public async Task FlushAsync(Utf8JsonWriter json)
    {
        json.Flush();
        await SendAsync(isWhole: false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _message?.Dispose();
        if (_rented is not null)
        {
            ArrayPool<byte>.Shared.Return(_rented);
        }
    }

    /// <summary>Answers a part of another call: what <paramref name="handle"/> answers to <paramref name="fields"/> is returned instead of sent.</summary>
    internal static async Task<JsonDocument> AskAsync(HttpContext context, JsonDocument fields, Func<MlflowCall, Task> handle, int limit, CancellationToken cancellationToken)
    {
        using var call = new MlflowCall(context, fields, limit, cancellationToken);
        await handle(call);
        return JsonDocument.Parse(call._answer.WrittenMemory);
    }

    internal static async ValueTask<MlflowCall> ReadAsync(HttpContext context, int limit) => HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)
        ? new MlflowCall(context, JsonDocument.Parse(JsonOf(context.Request.Query)), rented: null)
        : await ReadBodyAsync(context, limit);

    private static async ValueTask<MlflowCall> ReadBodyAsync(HttpContext context, int limit)
    {
        var request = context.Request;
        if (request.Headers.ContentEncoding is { Count: > 0 } encoding && encoding != "identity")
        {
            throw new BadHttpRequestException($"The request's Content-Encoding '{encoding}' is not taken. Send the JSON as it is.", StatusCodes.Status415UnsupportedMediaType);
        }

        if (request.ContentLength > limit)
        {
            throw TooLarge(limit, request.ContentLength.Value.ToString(CultureInfo.InvariantCulture));
        }

        var buffer = ArrayPool<byte>.Shared.Rent((int)(request.ContentLength ?? Math.Min(limit, 16 << 10)) + 1);
        try
        {
            var length = 0;
            while (await request.Body.ReadAsync(buffer.AsMemory(length), context.RequestAborted) is > 0 and var read)
            {
                length += read;
                if (length > limit)
                {
                    throw TooLarge(limit, $"more than {limit}");
                }

                if (length == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                    buffer.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }

            // Whatever the content type says: curl -d says that it is a form.
            var message = length == 0 ? null : JsonDocument.Parse(buffer.AsMemory(0, length));
            return message is null or { RootElement.ValueKind: JsonValueKind.Object }
                ? new MlflowCall(context, message, buffer)
                : throw new BadHttpRequestException("The request's JSON is not an object.");
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    private async Task SendAsync(bool isWhole)
    {
        if (_keptLimit is { } limit)
        {
            Cancellation.ThrowIfCancellationRequested();
            if (_answer.WrittenCount > limit)
            {
                throw new SlipwayException(ErrorKind.InvalidInput, string.Create(CultureInfo.InvariantCulture, $"The answer has more than {limit} bytes. Ask for less at once."));
            }

            return;
        }

        var response = _context.Response;
        if (!response.HasStarted)
        {
            response.ContentType = "application/json";
            response.ContentLength = isWhole ? _answer.WrittenCount : null;
        }

        await response.BodyWriter.WriteAsync(_answer.WrittenMemory, Cancellation);
        _answer.ResetWrittenCount();
    }

    private static SlipwayException TooLarge(int limit, string size) => new(
        ErrorKind.InvalidInput, string.Create(CultureInfo.InvariantCulture, $"A request must be at most {limit} bytes, got a request of size {size}. Send less at once."));

    private static ReadOnlyMemory<byte> JsonOf(IQueryCollection query)
    {
        var text = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(text);
        json.WriteStartObject();
        foreach (var (name, values) in query)
        {
            if (values.Count == 1)
            {
                json.WriteString(name, values[0]);
                continue;
            }

            json.WriteStartArray(name);
            foreach (var value in values)
            {
                json.WriteStringValue(value);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.Flush();
        return text.WrittenMemory;
    }
}
