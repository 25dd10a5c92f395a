using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Serving;
using static Slipway.Serve.Tests.Serving.Callers;

namespace Slipway.Serve.Tests.Serving;

public sealed class PredictionSinkTests
{
    private readonly RecordingSink _sink = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_sink_has_everything_of_a_call_before_its_caller_has_the_answer()
    {
        await using var server = await StartAsync(s => s.AddSingleton<IPredictionSink>(_sink));
        var (first, _) = await server.DeployAsync("bikes", both: false, Cancel);

        await server.PostAsync(
            Infer, Requests.With("\"id\":\"7\",\"parameters\":{\"event_time\":\"2012-05-03T14:00:00Z\",\"sticky_key\":\"u1\",\"segment.device\":\"mobile\"}"), Cancel);

        var record = Assert.Single(_sink.Records);
        Assert.Equal(("7", "bikes", first, "stable"), (record.Id, record.Deployment, record.Version!, record.Role!));
        Assert.Equal((null, false, CallFailure.None, 1), (record.Candidate, record.Randomised, record.Failure, record.Rows));
        Assert.Equal(ServingServer.First, record.Output!.Value, 1e-12);
        Assert.Equal(["temp", "season"], record.Inputs);
        Assert.Equal(["u1"], record.Keys);
        Assert.Equal([new DateTimeOffset(2012, 5, 3, 14, 0, 0, TimeSpan.Zero)], record.EventTimes);
        Assert.Equal(["device=mobile"], record.Segments);
    }

    [Fact]
    public async Task A_call_arrives_when_it_begins_and_lasts_until_its_answer_stands()
    {
        var time = new StandingClock();
        var passage = new Passage();
        await using var server = await StartAsync(
            s => s.AddSingleton<IPredictionSink>(_sink).AddSingleton<IStartupFilter>(passage).Replace(ServiceDescriptor.Singleton<TimeProvider>(time)));
        await server.DeployAsync("bikes", both: false, Cancel);
        var arrival = time.GetUtcNow();
        using var caller = await HalfRequest.SendAsync(server, Cancel);

        await passage.Begun.Task.WaitAsync(Cancel);
        time.Advance(TimeSpan.FromMilliseconds(30));
        await caller.SendRestAsync(Cancel);
        await passage.Left.Task.WaitAsync(Cancel);

        var record = Assert.Single(_sink.Records);
        Assert.Equal((arrival, TimeSpan.FromMilliseconds(30)), (record.ArrivedAt, record.Duration));
    }

    [Theory]
    [InlineData("{", "", HttpStatusCode.BadRequest, "stable")]
    [InlineData("{}", "Content-Encoding: br", HttpStatusCode.UnsupportedMediaType, "stable")]
    [InlineData("{}", "Inference-Header-Content-Length: 2", HttpStatusCode.BadRequest, "stable")]
    [InlineData("{\"id\":\"7\",\"inputs\":[]}", "", HttpStatusCode.BadRequest, "candidate")]
    public async Task A_wrong_request_is_its_callers_failure_and_noted_for_the_version_that_was_to_answer(string body, string header, HttpStatusCode status, string role)
    {
        await using var server = await StartAsync(s => s.AddSingleton<IPredictionSink>(_sink));
        var (first, second) = await server.DeployAsync("bikes", both: false, Cancel);
        await server.TryAsync("bikes", second, 0.99, "rollout", Cancel);
        using var request = new HttpRequestMessage(HttpMethod.Post, Infer) { Content = new StringContent(body) };
        if (header.Split(": ") is [var name, var value])
        {
            request.Headers.TryAddWithoutValidation(name, value);
            request.Content.Headers.TryAddWithoutValidation(name, value);
        }

        var answer = await server.SendAsync(request, Cancel);

        var record = Assert.Single(_sink.Records);
        Assert.Equal(status, answer.Status);
        Assert.Equal((CallFailure.Caller, 0), (record.Failure, record.Rows));
        Assert.Equal((role, role == "stable" ? first : second, role == "candidate"), (record.Role!, record.Version!, record.Randomised));
        Assert.Equal("rollout", record.Candidate!.Rollout);
    }

    [Fact]
    public async Task A_prediction_that_no_answer_can_carry_is_the_versions_failure()
    {
        await using var server = await StartAsync(s => s.AddSingleton<IPredictionSink>(_sink));
        using var folder = new InfiniteModel();
        var version = await server.AddVersionAsync("infinite", folder.Path, Cancel);
        await server.Deployments.DeployAsync("bikes", version, Actor.Local, null, Cancel);

        var answer = await server.PostAsync(Infer, Requests.Summer, Cancel);

        var record = Assert.Single(_sink.Records);
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal((CallFailure.Server, version, "stable", 1), (record.Failure, record.Version!, record.Role!, record.Rows));
    }

    [Fact]
    public async Task What_fits_the_signature_and_cannot_be_scored_is_the_versions_failure()
    {
        await using var server = await StartAsync(s => s.AddSingleton<IPredictionSink>(_sink));
        var version = await server.AddVersionAsync("gather", "gather", Cancel);
        await server.Deployments.DeployAsync("bikes", version, Actor.Local, null, Cancel);

        // The model looks its input up in a table that is shorter.
        var answer = await server.PostAsync(Infer, """{"inputs":[{"name":"i","datatype":"INT64","shape":[1],"data":[99]}]}""", Cancel);

        var record = Assert.Single(_sink.Records);
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal((CallFailure.Server, version, "stable"), (record.Failure, record.Version!, record.Role!));
    }

    [Theory]
    [InlineData(ErrorKind.InvalidInput, CallFailure.Caller)]
    [InlineData(ErrorKind.NotFound, CallFailure.Caller)]
    [InlineData(ErrorKind.Conflict, CallFailure.Caller)]
    [InlineData(ErrorKind.Forbidden, CallFailure.Caller)]
    [InlineData(ErrorKind.TooLarge, CallFailure.Caller)]
    [InlineData(ErrorKind.NotAvailable, CallFailure.Caller)]
    [InlineData(ErrorKind.Failed, CallFailure.Server)]
    [InlineData(ErrorKind.Unavailable, CallFailure.Server)]
    [InlineData(ErrorKind.Timeout, CallFailure.Server)]
    public void Each_kind_of_error_is_somebodys(ErrorKind kind, CallFailure expected) =>
        Assert.Equal(expected, CallFailures.Of(new SlipwayException(kind, "It went wrong.")));

    [Fact]
    public void What_the_web_server_refuses_is_the_callers_and_what_nobody_expected_is_the_servers()
    {
        Assert.Equal(CallFailure.Caller, CallFailures.Of(new BadHttpRequestException("Bad chunk size data.")));
        Assert.Equal(CallFailure.Server, CallFailures.Of(new InvalidOperationException()));
        Assert.Equal(CallFailure.Server, CallFailures.Of(new OperationCanceledException()));
    }

    [Fact]
    public async Task A_call_that_nobody_waits_for_any_more_is_not_noted()
    {
        var passage = new Passage();
        await using var server = await StartAsync(s => s.AddSingleton<IPredictionSink>(_sink).AddSingleton<IStartupFilter>(passage));
        await server.DeployAsync("bikes", both: false, Cancel);
        using var caller = await HalfRequest.SendAsync(server, Cancel);

        await passage.Begun.Task.WaitAsync(Cancel);
        caller.HangUp();
        await passage.Left.Task.WaitAsync(Cancel);

        Assert.Empty(_sink.Records);
        Assert.Empty(server.Services.GetRequiredService<Slipway.Serving.Figures.IServingFigures>().Read("bikes"));
    }

    [Fact]
    public async Task A_sink_that_throws_fails_no_request_and_is_logged_once()
    {
        var log = new ErrorLog();
        await using var server = await StartAsync(s => s.AddSingleton<IPredictionSink, ThrowingSink>().AddSingleton<ILoggerProvider>(log));
        await server.DeployAsync("bikes", both: false, Cancel);

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(ServingServer.First, (await server.PostAsync(Infer, Requests.Summer, Cancel)).Prediction, 1e-12);
        }

        Assert.Equal(HttpStatusCode.BadRequest, (await server.PostAsync(Infer, "{", Cancel)).Status);
        Assert.StartsWith("ThrowingSink failed to take note of the request ", Assert.Single(log.Errors), StringComparison.Ordinal);
    }

    private static Task<ServingServer> StartAsync(Action<IServiceCollection> configure) => ServingServer.StartAsync(new ServingOptions(), configure, null, Cancel);

    private sealed class ThrowingSink : IPredictionSink
    {
        public void Record(InferenceCall call) => throw new InvalidOperationException("The log is full.");
    }

    /// <summary>A clock that the test moves; timers run as ever, for storage needs them.</summary>
    private sealed class StandingClock : TimeProvider
    {
        private long _ticks = new DateTime(2012, 5, 3, 14, 0, 0, DateTimeKind.Utc).Ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => new(GetTimestamp(), TimeSpan.Zero);

        public override long GetTimestamp() => Volatile.Read(ref _ticks);

        public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);
    }

    /// <summary>A request whose body has come half: an HTTP client would keep that to itself until it has more.</summary>
    private sealed class HalfRequest(TcpClient client) : IDisposable
    {
        private const int Half = 40;

        public static async Task<HalfRequest> SendAsync(ServingServer server, CancellationToken cancellationToken)
        {
            var address = server.Client.BaseAddress!;
            var client = new TcpClient();
            await client.ConnectAsync(address.Host, address.Port, cancellationToken);
            var text = $"POST {Infer} HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Length: {Requests.Summer.Length}\r\n\r\n{Requests.Summer[..Half]}";
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text), cancellationToken);
            return new HalfRequest(client);
        }

        public async Task SendRestAsync(CancellationToken cancellationToken) =>
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(Requests.Summer[Half..]), cancellationToken);

        /// <summary>Resets the connection, so that nothing can be answered any more.</summary>
        public void HangUp() => client.Client.Close(timeout: 0);

        public void Dispose() => client.Dispose();
    }

    /// <summary>Tells when the server works on an inference, and when it is done with it.</summary>
    private sealed class Passage : IStartupFilter
    {
        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Left { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(async (context, then) =>
            {
                // Comes back when the rest of the body is waited for.
                var answering = then(context);
                Begun.SetResult();
                await answering;
                Left.SetResult();
            });
            next(app);
        };
    }

    private sealed class ErrorLog : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _errors = new();

        public IReadOnlyCollection<string> Errors => _errors;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                _errors.Enqueue(formatter(state, exception));
            }
        }

        public void Dispose()
        {
        }
    }

    /// <summary>The first version with leaves so large that their sum is beyond all numbers.</summary>
    private sealed class InfiniteModel : IDisposable
    {
        public InfiniteModel()
        {
            var source = System.IO.Path.Combine(AppContext.BaseDirectory, "Serving", "Models", "first");
            File.Copy(System.IO.Path.Combine(source, "model.json"), System.IO.Path.Combine(Path, "model.json"));
            var lines = File.ReadLines(System.IO.Path.Combine(source, "model.txt")).Select(line => line.StartsWith("leaf_value=", StringComparison.Ordinal)
                ? "leaf_value=" + string.Join(' ', line["leaf_value=".Length..].Split(' ').Select(_ => "1.7e308"))
                : line);
            File.WriteAllLines(System.IO.Path.Combine(Path, "model.txt"), lines);
        }

        public string Path { get; } = Directory.CreateTempSubdirectory("slipway-infinite-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
