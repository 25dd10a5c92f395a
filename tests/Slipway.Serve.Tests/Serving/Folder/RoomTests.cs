using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Slipway.Serving;
using Slipway.Serving.Repository;
using Slipway.Serving.Repository.Folder;

namespace Slipway.Serve.Tests.Serving.Folder;

public sealed class RoomTests : IDisposable
{
    private readonly ModelFolder _models = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(50));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _models.Dispose();

    [Fact]
    public async Task Beyond_the_most_models_in_memory_the_one_that_was_idle_longest_makes_room_and_comes_back_when_it_is_asked_for()
    {
        _models.Onnx("a.onnx", 1);
        _models.Onnx("b.onnx", 2);
        _models.Onnx("c.onnx", 3);
        await using var server = await _models.ServeAsync(new ModelFolderOptions { MaxLoaded = 2 }, _time, Cancel);
        Assert.Equal(["a Ready", "b Ready", "c Unavailable"], States(server));

        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, await server.BiasAsync("a", Cancel));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(3, await server.BiasAsync("c", Cancel));
        Assert.Equal(["a Ready", "b Unavailable", "c Ready"], States(server));

        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(2, await server.BiasAsync("b", Cancel));
        Assert.Equal(["a Unavailable", "b Ready", "c Ready"], States(server));
        Assert.Contains("loaded when it is asked for", server.Repository().List()[0].Reason, StringComparison.Ordinal);
        Assert.Equal(1, await server.BiasAsync("a", Cancel));
    }

    [Fact]
    public async Task Under_a_limit_of_memory_models_take_turns_and_every_request_is_answered()
    {
        foreach (var name in new[] { "a", "b", "c", "d" })
        {
            _models.Onnx($"{name}.onnx", name[0]);
        }

        await using var server = await _models.ServeAsync(new ModelFolderOptions { MaxBytes = 1 }, _time, Cancel);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(client => Task.Run(
            async () =>
            {
                for (var i = 0; i < 25; i++)
                {
                    var name = (char)('a' + ((client + i) % 4));
                    Assert.Equal(name, await server.BiasAsync($"{name}", Cancel));
                }
            },
            Cancel)));

        Assert.Single(server.Repository().List(), m => m.State == RepositoryModelState.Ready);
    }

    [Fact]
    public async Task Requests_wait_for_the_first_load_up_to_a_number_and_a_time_and_then_are_told_when_to_come_back()
    {
        _models.Onnx("add.onnx", 10);
        await using var server = await _models.ServeAsync(new ModelFolderOptions { MaxWaiting = 1, MaxWait = TimeSpan.FromSeconds(5) }, _time, Cancel);
        await server.Repository().UnloadAsync("add", Cancel);
        var entry = server.Services.GetRequiredService<FolderModels>().Find("add")!;
        await entry.Turn.WaitAsync(Cancel);
        var load = server.Repository().LoadAsync("add", Cancel);

        // One of the two waits, whichever comes first; the other is refused.
        var requests = new List<Task<HttpResponseMessage>> { SendAsync(server), SendAsync(server) };
        var refused = await Task.WhenAny(requests);
        requests.Remove(refused);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await refused).StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), (await refused).Headers.RetryAfter!.Delta);
        Assert.False(requests[0].IsCompleted);

        _time.Advance(TimeSpan.FromSeconds(5));
        var late = await requests[0];
        Assert.Equal(HttpStatusCode.ServiceUnavailable, late.StatusCode);
        Assert.Contains("still being loaded", await late.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);

        var waiting = SendAsync(server);
        while (entry.State.Loading is not { IsCompleted: false })
        {
            await Task.Yield();
        }

        entry.Turn.Release();
        await load;
        Assert.Equal(HttpStatusCode.OK, (await waiting).StatusCode);
    }

    [Fact]
    public async Task A_request_that_waited_for_a_load_that_fails_is_told_why()
    {
        _models.Onnx("add.onnx", 10);
        await using var server = await _models.ServeAsync(new ModelFolderOptions(), _time, Cancel);
        await server.Repository().UnloadAsync("add", Cancel);
        _models.Text("add.onnx", "torn");
        var models = server.Services.GetRequiredService<FolderModels>();
        var entry = models.Find("add")!;
        await entry.Turn.WaitAsync(Cancel);
        var load = server.Repository().LoadAsync("add", Cancel);
        while (entry.State.Loading is not { IsCompleted: false })
        {
            await Task.Yield();
        }

        var request = server.AskAsync("add", Cancel);
        while (models.Waiting == 0)
        {
            await Task.Yield();
        }

        entry.Turn.Release();
        await Assert.ThrowsAsync<Slipway.Core.Errors.SlipwayException>(() => load);
        var answer = await request;
        Assert.Equal(HttpStatusCode.NotFound, answer.Status);
        Assert.StartsWith("Request for unknown model: 'add' could not be loaded. Version 1 of add cannot be loaded: add.onnx", answer.Error, StringComparison.Ordinal);
    }

    private static string[] States(ServingServer server) => [.. server.Repository().List().Select(m => $"{m.Name} {m.State}")];

    private static Task<HttpResponseMessage> SendAsync(ServingServer server) =>
        server.Client.PostAsync(new Uri("/v2/models/add/infer", UriKind.Relative), new StringContent(FolderRequests.Row), Cancel);
}
