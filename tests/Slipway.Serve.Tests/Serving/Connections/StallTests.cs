using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Slipway.Inference.Tensors;
using Slipway.Serve.Tests.Serving.OpenInference;
using Slipway.Serving;

namespace Slipway.Serve.Tests.Serving.Connections;

/// <summary>Bodies that stop on their way, and readers that stop reading. The clock is the test's.</summary>
public sealed class StallTests : IAsyncLifetime
{
    private const string Wide = "/v2/models/wide/infer";
    private const string Good = """{"inputs":[{"name":"wide","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""";

    private static readonly TimeSpan MaxStall = TimeSpan.FromSeconds(20);

    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-stall-").FullName;
    private readonly WatchedTime _time = new();
    private readonly RecordingSink _sink = new();
    private ServingServer _server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await ServingServer.StartAsync(
            new ServingOptions { MaxStall = MaxStall }, services => services.AddSingleton<TimeProvider>(_time).AddSingleton<IPredictionSink>(_sink), null, Cancel);
        var folder = Path.Combine(_folder, "wide");
        OnnxFile.WriteIdentity(folder, new TensorSpec("wide", TensorType.Float32, [-1, -1]));
        await _server.Deployments.DeployAsync("wide", await _server.AddVersionAsync("wide", folder, Cancel), Core.Actor.Local, null, Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("Content-Length: 400", "{\"inputs\":")]
    [InlineData("Transfer-Encoding: chunked", "80\r\n{\"inputs\":")]
    [InlineData("Content-Length: 400\r\nContent-Encoding: gzip", "")]
    public async Task Half_a_body_and_then_silence_is_a_408_and_the_callers_failure(string header, string half)
    {
        using var connection = await RawConnection.OpenAsync(_server, Cancel);
        var before = _time.Waits;
        await connection.SendAsync(RawConnection.Request(Wide, half, header), Cancel);
        await WaitsAsync(before + 1);

        var reading = connection.ReadAsync(Cancel);
        _time.Advance(MaxStall - TimeSpan.FromMilliseconds(1));
        Assert.False(reading.IsCompleted);
        while (!reading.IsCompleted)
        {
            // The last piece may have come, and the wait begun anew, after the clock was moved.
            _time.Advance(MaxStall);
            await Task.Yield();
        }

        var (status, text) = await reading;
        Assert.Equal(408, status);
        Assert.Contains("nothing has come for 20 s", text, StringComparison.Ordinal);
        Assert.Equal(CallFailure.Caller, Assert.Single(_sink.Take()).Failure);
        Assert.Equal(HttpStatusCode.OK, (await _server.PostAsync(Wide, Good, Cancel)).Status);
    }

    [Fact]
    public async Task A_body_that_is_slow_and_goes_on_is_waited_for()
    {
        using var connection = await RawConnection.OpenAsync(_server, Cancel);
        var request = RawConnection.Request(Wide, Good);
        await connection.SendAsync(request.AsMemory()[..^5], Cancel);
        for (var left = 5; left > 0; left--)
        {
            await WaitsAsync(6 - left);
            _time.Advance(MaxStall - TimeSpan.FromSeconds(1));
            await connection.SendAsync(request.AsMemory()[^left..^(left - 1)], Cancel);
        }

        Assert.Equal(200, (await connection.ReadAsync(Cancel)).Status);
    }

    [Fact]
    public async Task A_reader_that_takes_nothing_of_a_large_answer_is_cut_off_and_one_that_reads_gets_all_of_it()
    {
        const int Elements = 4_000_000;
        var body = LargeBody(Elements);
        using var content = new ByteArrayContent(body);
        var whole = await _server.SendAsync(Wide, content, Cancel);
        Assert.Equal(Elements, whole.Json.GetProperty("outputs")[0].GetProperty("data").GetArrayLength());
        _sink.Take();

        using var connection = await RawConnection.OpenAsync(_server, Cancel);
        await connection.SendAsync((byte[])[.. RawConnection.Request(Wide, "", $"Content-Length: {body.Length}"), .. body], Cancel);
        while (_sink.Records.Count == 0)
        {
            await Task.Yield();
        }

        // Its answer stands and is being sent: from now on the clock is all that can end it.
        while (_time.Cut == 0)
        {
            Cancel.ThrowIfCancellationRequested();
            _time.Advance(MaxStall);
            await Task.Yield();
        }

        var got = await connection.ReadToEndAsync(Cancel);

        // Nothing may have come: a connection that is reset takes what had not been read yet with it.
        Assert.InRange(got.Length, 0, 4 * Elements);
        Assert.Equal(CallFailure.None, Assert.Single(_sink.Take()).Failure);
        Assert.Equal(HttpStatusCode.OK, (await _server.PostAsync(Wide, Good, Cancel)).Status);
    }

    private static byte[] LargeBody(int elements)
    {
        var text = new StringBuilder($$"""{"inputs":[{"name":"wide","shape":[1,{{elements}}],"datatype":"FP32","data":[""", elements * 5);
        for (var i = 0; i < elements; i++)
        {
            text.Append(i == 0 ? "0.25" : ",0.25");
        }

        return Encoding.ASCII.GetBytes(text.Append("]}]}").ToString());
    }

    private async Task WaitsAsync(int number)
    {
        while (_time.Waits < number)
        {
            Cancel.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>A clock of the test's that counts how often somebody begins to wait for as long as a stall may be, and how often that has come to its end.</summary>
    private sealed class WatchedTime : FakeTimeProvider
    {
        private int _waits;
        private int _cut;

        public int Waits => Volatile.Read(ref _waits);

        public int Cut => Volatile.Read(ref _cut);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new WatchedTimer(this);
            timer.Inner = base.CreateTimer(
                seen =>
                {
                    callback(seen);
                    if (timer.Stalls)
                    {
                        Interlocked.Increment(ref _cut);
                    }
                },
                state,
                dueTime,
                period);
            return timer;
        }

        private sealed class WatchedTimer(WatchedTime time) : ITimer
        {
            public ITimer Inner { get; set; } = null!;

            public bool Stalls { get; private set; }

            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                var changed = Inner.Change(dueTime, period);
                if (dueTime == MaxStall)
                {
                    Stalls = true;
                    Interlocked.Increment(ref time._waits);
                }

                return changed;
            }

            public void Dispose() => Inner.Dispose();

            public ValueTask DisposeAsync() => Inner.DisposeAsync();
        }
    }
}
